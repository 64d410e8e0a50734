import type { Host } from '../../host/host.ts';
import { type Ask, askOn, asking, connect } from './database.ts';
import type { Notification, PostgresClient, PostgresPool } from './postgres-client.ts';
import { quoted } from './schema.ts';

/** A notification takes a millisecond; one that has not come by now went to somebody else. */
const HEARD_MS = 500;

/**
 * Whether a pooler stands in between that gives each transaction another connection. What lives
 * longer than a transaction is lost there: prepared statements, locks, and what one listens to.
 *
 * A pooler gives its clients numbers of its own, where a server says its process. Some give a client
 * a session for itself all the same: that is tried by what a session is needed for.
 */
export async function isBehindPooler(pool: PostgresPool, host: Host): Promise<boolean> {
  const client = await connect(pool);
  let hasListened = false;
  try {
    const ask = askOn(client, { isNamed: false });
    const [row] = await ask<[number]>('select pg_backend_pid()');
    if (client.processID === row?.[0]) return false;
    hasListened = true;
    return !(await isHeard({ client, ask, pool, host }));
  } finally {
    client.release(hasListened);
  }
}

async function isHeard(asked: {
  readonly client: PostgresClient;
  readonly ask: Ask;
  readonly pool: PostgresPool;
  readonly host: Host;
}): Promise<boolean> {
  const { client, ask, pool, host } = asked;
  const channel = `thereupon ${host.ids.next()}`;
  const waited = new AbortController();
  let isThere = false;
  client.on('notification', (told: Notification) => {
    if (told.channel !== channel) return;
    isThere = true;
    waited.abort();
  });
  await ask(`listen ${quoted(channel)}`);
  // By another connection: with its own question a client would be answered by whoever listens.
  await asking(pool, { isNamed: false })('select pg_notify($1, $2)', [channel, '']);
  await host.clock.sleep(HEARD_MS, waited.signal);
  return isThere;
}

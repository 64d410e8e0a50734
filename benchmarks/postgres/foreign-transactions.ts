/**
 * Transactions of the application's own that insert a row and publish a message: through the outbox,
 * beside an insert into the barest outbox table by hand. Whether readers may be told within the
 * transaction (`pg_notify`) was decided by this. All wait for the disk.
 */
import pg from 'pg';
import { boundedContext, contract, outbox } from 'thereupon';
import { postgres, withPg } from 'thereupon/postgres';
import { z } from 'zod';
import { type Benchmark, type Measurement, type Setting, scaled } from '../benchmark.ts';
import { secondsFor } from '../stopwatch.ts';
import { inDatabase, onServer } from './measured-server.ts';

export const foreignTransactions: Benchmark = {
  name: 'postgres-outbox',
  about: "transactions of the application's own that publish a message, by 1 and 32 at once",
  measure: (setting) =>
    onServer(setting, async (server) => {
      const measurements: Measurement[] = [];
      for (const callers of [1, 32]) {
        const count = scaled(setting, callers === 1 ? 2_000 : 20_000, 32);
        setting.progress(`${callers} at once, ${count} transactions a run`);
        const measure = (kind: Kind): Promise<number> =>
          inDatabase(server, (url) => transactionRate(url, { kind, callers, count }));
        measurements.push(...(await takeTurns(setting, callers, measure)));
      }
      return measurements;
    }),
};

/** What each transaction does after it has inserted its own row. */
type Kind = keyof typeof KINDS;
const KINDS = {
  'a message into a bare table': (client) => client.query(BARE, [DATA]),
  'a message straight into the log': (client) => client.query(STRAIGHT, [DATA]),
  'a message by the outbox': publish,
  'a message by the outbox, and pg_notify': async (client) => {
    await publish(client);
    await client.query(`select pg_notify('ordering', '')`);
  },
} satisfies Record<string, (client: pg.PoolClient) => Promise<unknown>>;

const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

async function takeTurns(
  setting: Setting,
  callers: number,
  measure: (kind: Kind) => Promise<number>,
): Promise<Measurement[]> {
  const rates = new Map(KIND_NAMES.map((kind) => [kind, [] as number[]]));
  for (let round = 0; round < setting.runs; round += 1)
    for (const [kind, own] of rates) own.push(await measure(kind));
  return [...rates].map(([kind, values]) => ({
    metric: `${callers} at once: a row and ${kind}`,
    unit: 'events/s',
    values,
    raw: rates.get('a message into a bare table') as number[],
  }));
}

async function transactionRate(
  url: string,
  { kind, callers, count }: { kind: Kind; callers: number; count: number },
): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: callers });
  await (await postgres(url).open('ordering')).close();
  await pool.query(`create table own (id uuid primary key default gen_random_uuid());
    create table bare (id uuid primary key default gen_random_uuid(), data text not null)`);
  const clients = await Promise.all(Array.from({ length: callers }, () => pool.connect()));
  const rounds = Math.ceil(count / callers);
  const seconds = await secondsFor(() =>
    Promise.all(clients.map((client) => transactions(client, KINDS[kind], rounds))),
  );
  for (const client of clients) client.release();
  await pool.end();
  return (rounds * callers) / seconds;
}

async function transactions(
  client: pg.PoolClient,
  work: (client: pg.PoolClient) => Promise<unknown>,
  rounds: number,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await client.query('begin');
    await client.query('insert into own default values');
    await work(client);
    await client.query('commit');
  }
}

const OrderPlaced = contract('ordering.OrderPlaced', {
  version: 1,
  schema: z.object({ orderId: z.string(), note: z.string() }),
  key: (data) => data.orderId,
});
const ordering = boundedContext('ordering', { publishes: [OrderPlaced] });
// Nothing of the store is open here, so nobody looks at the transactions meanwhile.
const ours = outbox(ordering, { store: postgres('postgres://nowhere'), library: withPg });
const data = { orderId: 'o-1', note: 'x'.repeat(200) };

function publish(client: pg.PoolClient): Promise<unknown> {
  return ours.publish(client, OrderPlaced, data);
}

const DATA = JSON.stringify(data);
const BARE = 'insert into bare (data) values ($1)';
const STRAIGHT = `insert into ordering.log (position, id, direction, type, schema_version, key, data,
    source, occurred_at, recorded_at, correlation_id, causation_id)
  select nextval('ordering.log_position'), gen_random_uuid()::text, 'outgoing',
    'ordering.OrderPlaced', 1, 'o-1', $1, 'ordering', 1, 1, 'c-1', 'c-0'`;

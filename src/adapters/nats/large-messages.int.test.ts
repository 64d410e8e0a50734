/**
 * What is a backlog of many bytes, though of few messages: the server ends a connection that more than 64 MiB
 * wait for.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { listening, ordering } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { nats } from './nats-backbone.ts';
import { loadClient, type NatsClient, type NatsConnection } from './nats-client.ts';

const COUNT = 150;
const CHARACTERS = 900_000;
const IDS = Array.from({ length: COUNT }, (_, index) => `o-${index}`);

let server: NatsServer;
let client: NatsClient;
before(async () => {
  client = await loadClient();
  server = await startNats();
});
after(() => server?.close());

test('a backlog of large messages is taken in by a context that is new, in order', async (t) => {
  await leaveBacklog('backlog', CHARACTERS, IDS);
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));

  const backbone = nats({ servers: server.url, prefix: 'backlog' });
  await start(t, [ordering, context], { backbone });
  await until(() => heard.length >= COUNT, 30_000);

  assert.deepEqual(heard, IDS);
  assert.doesNotMatch(server.log(), /Slow Consumer/);
});

test('each of them comes over the network once', async (t) => {
  await leaveBacklog('once', CHARACTERS, IDS.slice(0, 40));
  const connection = (await client.connect({ servers: server.url })) as Counting;
  t.after(() => connection.close());
  let heard = 0;
  const context = listening(() => void (heard += 1));

  await start(t, [ordering, context], { backbone: nats({ connection, prefix: 'once' }) });
  await until(() => heard >= 40, 30_000);

  const messages = connection.stats().inBytes / CHARACTERS;
  assert.ok(messages < 44, `${messages} came`);
});

test('a message that is larger than what is asked for at a time is taken in, as is what follows it', async (t) => {
  await leaveBacklog('larger', 10, ['o-1']);
  await leaveBacklog('larger', 2_900_000, ['o-2', 'o-3']);
  await leaveBacklog('larger', 10, ['o-4']);
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));

  const backbone = nats({ servers: server.url, prefix: 'larger' });
  await start(t, [ordering, context], { backbone, payloadCharactersMax: 3_145_728 });
  await until(() => heard.length >= 4);

  assert.deepEqual(heard, ['o-1', 'o-2', 'o-3', 'o-4']);
});

type Counting = NatsConnection & { stats(): { readonly inBytes: number } };

/** In the stream before anybody listens. */
async function leaveBacklog(prefix: string, characters: number, ids: readonly string[]) {
  const connection = await client.connect({ servers: server.url });
  const manager = await client.jetstreamManager(connection, { checkAPI: true, timeout: 5_000 });
  await manager.streams.add({ name: `${prefix}_ordering`, subjects: [`${prefix}.ordering.>`] });
  const jetstream = client.jetstream(connection);
  for (const orderId of ids) {
    const data = JSON.stringify({ orderId, note: 'x'.repeat(characters) });
    const options = { msgID: orderId, headers: client.headers(), timeout: 5_000 };
    await jetstream.publish(`${prefix}.ordering.OrderPlaced`, data, options);
  }
  await connection.close();
}

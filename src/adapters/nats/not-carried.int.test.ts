/**
 * What the server, or the stream, takes none as large as.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { MessageNotCarriedError, type Outlet } from '../../backbone/backbone.ts';
import { message } from '../../backbone/fixtures/ends.ts';
import { systemClock } from '../../host/clock.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { nats } from './nats-backbone.ts';
import { loadClient } from './nats-client.ts';

const MAX_PAYLOAD = 100_000;

let server: NatsServer;
before(async () => {
  server = await startNats({ maxPayload: MAX_PAYLOAD });
});
after(() => server?.close());

test('a message that the server takes none as large as is told, with what to do', async (t) => {
  const outlet = await opened(t);

  const refused = outlet.publish([{ ...MESSAGE, data: JSON.stringify('x'.repeat(MAX_PAYLOAD)) }]);
  const error = await rejection(refused, MessageNotCarriedError);

  assert.match(error.message, /"m-1".* at most 100000\. Raise max_payload/);
});

test('its headers count as well, however large they are', async (t) => {
  const outlet = await opened(t);
  const data = JSON.stringify('x'.repeat(50_000));
  const metadata = JSON.stringify({ note: '語'.repeat(8_000) });

  await outlet.publish([{ ...MESSAGE, data }]);
  const refused = outlet.publish([{ ...MESSAGE, id: 'm-2', data, metadata }]);
  const error = await rejection(refused, MessageNotCarriedError);

  assert.match(error.message, /It has 12\d{4} bytes with its headers/);
});

test('one that the stream takes none as large as is parked, and holds back its key only', async (t) => {
  await addStream({ name: 'size_ordering', subjects: ['size.ordering.>'], max_msg_size: 2_000 });
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = nats({ servers: server.url, prefix: 'size' });
  const app = await start(t, [ordering, context], { backbone });

  for (const [orderId, note] of [['o-1', 'x'.repeat(4_000)], ['o-1'], ['o-2']] as const)
    await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId, note }));
  await until(() => heard.length > 0);
  await until(async () => (await app.parked()).length > 0);

  const [parked] = await app.parked();
  assert.deepEqual(heard, ['o-2']);
  assert.equal(parked?.error?.name, 'MessageNotCarriedError');
  assert.match(parked.error.message, /"size_ordering".* Raise max_msg_size/);
});

const MESSAGE = message({ id: 'm-1' });

async function opened(t: TestContext): Promise<Outlet> {
  const backbone = nats(server.url);
  t.after(() => backbone.close());
  const published = (): Promise<never> => Promise.reject(new Error('nobody reads a log here'));
  await backbone.start({ clock: systemClock(), published });
  return (await backbone.outlet('ordering')) as Outlet;
}

async function addStream(configuration: object): Promise<void> {
  const { connect, jetstreamManager } = await loadClient();
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection, { checkAPI: true, timeout: 5_000 });
  await manager.streams.add(configuration);
  await connection.close();
}

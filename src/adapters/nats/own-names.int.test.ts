/**
 * Streams and subjects that are called as a company calls its own.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { run } from '../../runtime/run.ts';
import { silent } from '../../telemetry/logger.ts';
import { memory } from '../memory/memory-store.ts';
import { publishBare } from './fixtures/bare-client.ts';
import { nats } from './nats-backbone.ts';
import { type JetStreamManager, loadClient, type NatsConnection } from './nats-client.ts';
import type { NatsNames } from './names.ts';
import { NatsOptionError } from './nats-option-error.ts';

let server: NatsServer;
let connection: NatsConnection;
let manager: JetStreamManager;
before(async () => {
  server = await startNats();
  const { connect, jetstreamManager } = await loadClient();
  connection = await connect({ servers: server.url });
  manager = await jetstreamManager(connection, { checkAPI: true, timeout: 5_000 });
});
after(async () => {
  await connection?.close();
  await server?.close();
});

const DATA = JSON.stringify({ orderId: 'o-1' });

test('an existing stream is used as it is, ours and strangers go through it by its subjects', async (t) => {
  await manager.streams.add({ name: 'ORDERS', subjects: ['orders.*'] });
  const names: NatsNames = {
    stream: () => 'ORDERS',
    subjects: () => 'orders.*',
    subject: (_, type) => `orders.${type.replace(/^ordering\.Order/, '').toLowerCase()}`,
  };
  const { app, heard } = await scene(t, names);

  await publishBare(server.url, 'orders.placed', DATA);
  await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId: 'o-2' }));
  await until(() => heard.length === 2);

  const { config, state } = await manager.streams.info('ORDERS');
  assert.deepEqual(heard, ['o-1', 'o-2']);
  assert.deepEqual([config.subjects, state.messages], [['orders.*'], 2]);
});

test('a stream of a whole company is used, and what is not meant for here is passed', async (t) => {
  await manager.streams.add({ name: 'ACME', subjects: ['acme.>'] });
  const names: NatsNames = {
    stream: () => 'ACME',
    subjects: (publisher) => `acme.${publisher}.>`,
  };
  const { app, heard } = await scene(t, names);

  await publishBare(server.url, 'acme.stock.OrderPlaced', DATA);
  await publishBare(server.url, 'acme.ordering.OrderLost', DATA);
  await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId: 'o-2' }));
  await until(() => heard.length > 0);

  assert.deepEqual(heard, ['o-2']);
  assert.deepEqual(await app.parked(), []);
});

test('a stream that is not there yet is made by these names', async (t) => {
  const { heard } = await scene(t, { stream: () => 'MADE', subjects: () => 'made.>' });

  await publishBare(server.url, 'made.OrderPlaced', DATA);
  await until(() => heard.length === 1);

  assert.deepEqual((await manager.streams.info('MADE')).config.subjects, ['made.>']);
});

test('a name that NATS cannot have is told at the start', async () => {
  const backbone = nats({ servers: server.url, names: { stream: () => 'a.b' } });

  const starting = run([ordering], { store: memory(), logger: silent, backbone });
  const error = await rejection(starting, NatsOptionError);

  assert.equal(error.option, 'names.stream');
});

async function scene(t: TestContext, names: NatsNames) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = nats({ servers: server.url, names });
  const app = await start(t, [ordering, context], { backbone });
  // By now the stream is there.
  await app.settled();
  return { app, heard };
}

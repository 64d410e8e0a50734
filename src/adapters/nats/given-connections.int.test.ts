/**
 * Connections that the application makes, and what becomes of them when they break.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { type NatsOptions, nats } from './nats-backbone.ts';
import { NatsConnectionClosedError } from './server-connection.ts';

let server: NatsServer;
let network: Network;
before(async () => {
  server = await startNats();
  network = await startNetwork(Number(new URL(server.url).port));
});
after(async () => {
  await network?.close();
  await server?.close();
});

test('a function of the application makes another connection after one has closed for good, and each is closed at the end', async (t) => {
  const made = connections();
  const { app, heard, place } = await scene(t, { connection: made.next, prefix: 'made' });
  await place('o-1');
  await until(() => heard.length === 1);

  network.cut();
  await place('o-2');
  await until(() => heard.length === 2);
  await app.stop();

  assert.deepEqual(heard, ['o-1', 'o-2']);
  assert.deepEqual(made.closed(), [true, true]);
});

test('a look at the server is by a connection that the function makes for it alone, which is closed', async () => {
  const made = connections();
  const backbone = nats({ connection: made.next });

  await backbone.probe?.();

  assert.deepEqual(made.closed(), [true]);
});

test('a connection of the application that has closed for good is told to be so, and what to give instead', async (t) => {
  const connection = await connections().next();
  const { app, heard, place } = await scene(t, { connection, prefix: 'broken' });
  await place('o-1');
  await until(() => heard.length === 1);

  network.cut();
  await place('o-2');
  const said = async (): Promise<readonly string[]> => {
    const { contexts } = await app.health();
    return contexts.flatMap(({ subscriptions }) =>
      subscriptions.flatMap(({ stalledWhy }) => stalledWhy ?? []),
    );
  };
  const isTold = (why: string): boolean => /you gave.*is closed.*function/s.test(why);
  await until(async () => (await said()).filter(isTold).length === 2);

  assert.deepEqual(heard, ['o-1']);
});

test('a connection that was closed before it was given is told to be so at once', async () => {
  const connection = await connect({ servers: server.url });
  await connection.close();

  const looking = nats({ connection }).probe?.() ?? Promise.resolve();
  const error = await rejection(looking, NatsConnectionClosedError);

  assert.equal(error.retryable, false);
  assert.match(error.message, /nats\(\{ connection: \(\) => connect\(\{ servers \}\) \}\)/);
});

/** Those that are made through the network, and which of them are closed by now. */
function connections() {
  const made: NatsConnection[] = [];
  const next = async (): Promise<NatsConnection> => {
    const connection = await connect({ servers: network.through(server.url), reconnect: false });
    made.push(connection);
    return connection;
  };
  return { next, closed: () => made.map((connection) => connection.isClosed()) };
}

async function scene(t: TestContext, options: NatsOptions) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const app = await start(t, [ordering, context], { backbone: nats(options) });
  const place = (orderId: string): Promise<unknown> =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  return { app, heard, place };
}

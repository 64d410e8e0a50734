/**
 * Connections that the application makes, and what becomes of them when they break.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type ChannelModel, connect } from 'amqplib';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { rejection, start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { rabbitmq, type RabbitmqOptions } from './rabbitmq-backbone.ts';
import { RabbitmqConnectionClosedError } from './server-connection.ts';

let server: RabbitmqServer;
let network: Network;
before(async () => {
  server = await startRabbitmq();
  network = await startNetwork(Number(new URL(server.url).port));
});
after(async () => {
  await network?.close();
  await server?.close();
});

test('a function of the application makes another connection after one has broken, and each is closed at the end', async (t) => {
  const made = connections();
  const { app, heard, place } = await scene(t, { connection: made.next, prefix: 'made' });
  await place('o-1');
  await until(() => heard.length === 1);

  network.cut();
  await place('o-2');
  await until(() => heard.length === 2);
  await app.stop();

  assert.deepEqual(heard, ['o-1', 'o-2']);
  // A busy machine misses heartbeats, too.
  assert.ok(made.closed().length >= 2);
  assert.ok(made.closed().every((isClosed) => isClosed));
});

test('a function that gives a connection which is closed is asked for another one', async (t) => {
  const dead = await connect(server.url);
  await dead.close();
  const made = connections();
  let calls = 0;
  const connection = async (): Promise<ChannelModel> => ((calls += 1) === 1 ? dead : made.next());

  const { heard, place } = await scene(t, { connection, prefix: 'second' });
  await place('o-1');
  await until(() => heard.length === 1);

  assert.ok(calls >= 2);
});

test('a look at the server is by a connection that the function makes for it alone, which is closed', async () => {
  const made = connections();
  const backbone = rabbitmq({ connection: made.next });

  await backbone.probe?.();

  assert.deepEqual(made.closed(), [true]);
});

test('a connection of the application that has broken is told to be closed, and what to give instead', async (t) => {
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
  const connection = await connect(server.url);
  await connection.close();

  const looking = rabbitmq({ connection }).probe?.() ?? Promise.resolve();
  const error = await rejection(looking, RabbitmqConnectionClosedError);

  assert.equal(error.retryable, false);
  assert.match(error.message, /rabbitmq\(\{ connection: \(\) => connect\(url\) \}\)/);
});

/** Those that are made through the network, and which of them are closed by now. */
function connections() {
  const closed: boolean[] = [];
  const next = async (): Promise<ChannelModel> => {
    // A server that does not hear of a cut connection gives its messages to others after two of them.
    const connection = await connect(`${network.through(server.url)}?heartbeat=1`);
    const index = closed.push(false) - 1;
    connection.on('close', () => (closed[index] = true));
    return connection;
  };
  return { next, closed: () => closed };
}

async function scene(t: TestContext, options: RabbitmqOptions) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const app = await start(t, [ordering, context], { backbone: rabbitmq(options) });
  const place = (orderId: string): Promise<unknown> =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  return { app, heard, place };
}

/** A server beside many others on a busy machine takes its time. */
function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  return untilWithin(holds, 30_000);
}

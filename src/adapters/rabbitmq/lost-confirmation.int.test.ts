/**
 * A message that arrived, and of which the publisher never heard so.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { withChannel } from './fixtures/bare-client.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

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

test('a message whose confirmation was lost is handed over again, and handled once', async (t) => {
  const heard: unknown[] = [];
  const map = [ordering, listening((_, { data }) => void heard.push(data))];
  const near = rabbitmq({ url: server.url });
  await start(t, map, { only: ['listening'], backbone: near });
  const far = rabbitmq({ url: network.through(server.url) });
  const publisher = await start(t, map, { only: ['ordering'], backbone: far });
  const place = (note: string): Promise<unknown> =>
    publisher.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId: 'o-1', note }));
  await place('before');
  await until(() => heard.length === 1);
  await publisher.settled();
  await makeTap();

  // The channel is there already: the next thing that the server says is the confirmation.
  network.loseAnswers();
  await place('lost');
  await until(() => heard.length === 2);
  assert.equal((await tapped()).length, 1);
  network.heal();
  await until(async () => (await tapped()).length === 2);
  await place('after');
  await until(() => heard.length >= 3);
  await publisher.settled();

  const ids = await tapped();
  assert.equal(ids.length, 3);
  assert.equal(ids[1], ids[0]);
  assert.notEqual(ids[2], ids[0]);
  assert.deepEqual(
    heard,
    ['before', 'lost', 'after'].map((note) => ({ orderId: 'o-1', note })),
  );
});

const TAP = 'tap';

/** Everything that reaches the exchange from now on is kept here as well. */
async function makeTap(): Promise<void> {
  await withChannel(server.url, async (channel) => {
    await channel.assertQueue(TAP, { durable: true });
    await channel.bindQueue(TAP, 'thereupon.ordering', '#');
  });
}

/** The ids of what is in it; it stays there. */
async function tapped(): Promise<readonly unknown[]> {
  return withChannel(server.url, async (channel) => {
    const ids: unknown[] = [];
    for (;;) {
      const message = await channel.get(TAP);
      if (message === false) return ids;
      ids.push(message.properties.messageId);
    }
  });
}

/** A server beside many others on a busy machine takes its time. */
function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  return untilWithin(holds, 30_000);
}

/**
 * A message that arrived, and of which the publisher never heard so.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { messagesIn } from './fixtures/bare-client.ts';
import { nats } from './nats-backbone.ts';

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

test('a message whose confirmation was lost is handed over again, kept once, and handled once', async (t) => {
  const heard: unknown[] = [];
  const map = [ordering, listening((_, { data }) => void heard.push(data))];
  await start(t, map, { only: ['listening'], backbone: nats(server.url) });
  const far = nats({ servers: network.through(server.url), confirmWithinMs: 1_000 });
  const publisher = await start(t, map, { only: ['ordering'], backbone: far });
  const place = (note: string): Promise<unknown> =>
    publisher.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId: 'o-1', note }));
  await place('before');
  await until(() => heard.length === 1);
  await publisher.settled();

  // It is connected already: the next thing that the server says is the confirmation.
  network.loseAnswers();
  await place('lost');
  await until(() => heard.length === 2);
  network.heal();
  await place('after');
  await until(() => heard.length >= 3);
  await publisher.settled();

  assert.deepEqual(
    heard,
    ['before', 'lost', 'after'].map((note) => ({ orderId: 'o-1', note })),
  );
  assert.equal(await messagesIn(server.url, 'thereupon_ordering'), 3);
});

/** On a machine that does other things, too. */
function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  return untilWithin(holds, 30_000);
}

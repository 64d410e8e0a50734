/**
 * A network that says nothing more in the middle of what the server sends, and goes on later.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
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

const COUNT = 200;
const note = 'x'.repeat(5_000);
/** Longer than an answer is waited for. */
const STALLED_MS = 6_000;

test('what the server has sent while nothing arrived is not taken for read: all of it comes, in order', async (t) => {
  const ids = Array.from({ length: COUNT }, (_, index) => `o-${index}`);
  const publisher = await start(t, [ordering], { backbone: nats(server.url) });
  for (const orderId of ids)
    await publisher.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId, note }));
  await publisher.settled();
  const heard: string[] = [];
  const map = [ordering, listening((orderId) => void heard.push(orderId))];

  network.stallAfter(100_000);
  const far = nats(network.through(server.url));
  const app = await start(t, map, { only: ['listening'], backbone: far });
  await wait(STALLED_MS);
  network.heal();
  await until(() => heard.length >= COUNT, 30_000);
  await app.settled();

  assert.deepEqual(heard, ids);
});

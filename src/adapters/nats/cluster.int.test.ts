/**
 * Three servers, of which one goes.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { nats } from './nats-backbone.ts';

let server: NatsServer;
before(async () => {
  server = await startNats({ nodes: 3 });
});
after(() => server?.close());

test('with one of three servers killed, all that is published goes on to be heard, in order', async (t) => {
  const heard: string[] = [];
  const context = listening((orderId, { data }) => {
    heard.push(`${orderId} ${(data as { note?: string }).note}`);
  });
  const backbone = nats({ servers: server.urls, replicas: 3, confirmWithinMs: 3_000 });
  const app = await start(t, [ordering, context], { backbone });
  await app.settled();
  const place = (orderId: string, note: number) =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId, note: String(note) }));

  for (let round = 0; round < 4; round += 1) {
    if (round > 0) await server.kill(round);
    for (let count = 0; count < 10; count += 1)
      for (const key of ['a', 'b', 'c', 'd']) await place(key, round * 10 + count);
    await until(() => heard.length >= (round + 1) * 40, 60_000);
    await server.start();
  }

  for (const key of ['a', 'b', 'c', 'd'])
    assert.deepEqual(
      heard.filter((one) => one.startsWith(key)),
      Array.from({ length: 40 }, (_, index) => `${key} ${index}`),
    );
});

/** Three brokers, of which one goes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { kafka } from './kafka-backbone.ts';

let server: KafkaServer;
before(async () => {
  server = await startKafka({ nodes: 3 });
});
after(() => server?.close());

test('with one of three brokers killed, all that is published goes on to be heard, in order', async (t) => {
  const heard: string[] = [];
  const context = listening((orderId, { data }) => {
    heard.push(`${orderId} ${(data as { note?: string }).note}`);
  });
  const backbone = kafka({ brokers: server.brokers, partitions: 6, confirmWithinMs: 3_000 });
  const app = await start(t, [ordering, context], { backbone });
  await app.settled();
  const place = (orderId: string, note: number) =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId, note: String(note) }));

  for (let round = 0; round < 3; round += 1) {
    if (round > 0) await server.kill(round);
    for (let count = 0; count < 10; count += 1)
      for (const key of ['a', 'b', 'c', 'd']) await place(key, round * 10 + count);
    await until(() => heard.length >= (round + 1) * 40, 60_000);
    await server.start();
  }

  for (const key of ['a', 'b', 'c', 'd'])
    assert.deepEqual(
      heard.filter((one) => one.startsWith(key)),
      Array.from({ length: 30 }, (_, index) => `${key} ${index}`),
    );
});

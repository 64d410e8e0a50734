/**
 * Who takes in holds few of the messages that wait, however large they are, and however many partitions they are in.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { listenWithSmallHeap } from '../../backbone/fixtures/small-heap.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { bareAdmin, publishBare } from './fixtures/bare-client.ts';
import { kafka } from './kafka-backbone.ts';

const PARTITIONS = 50;
const MESSAGES = 400;
const CHARACTERS = 900_000;
const PEAK_MEGABYTES = 400;
const BYTES_MAX = 4_194_304;
/** The broker of a test has little memory. */
const AT_ONCE = 10;

let server: KafkaServer;
before(async () => {
  server = await startKafka();
});
after(() => server?.close());

test('a backlog of large messages in many partitions is taken in by a process with a small heap', async (t) => {
  await makeTopic(t, 'backlog.ordering');
  await fill('backlog.ordering', Array<number>(MESSAGES).fill(CHARACTERS));

  const { heard, peakMegabytes, exitCode } = await listenWithSmallHeap(t, {
    url: server.url,
    prefix: 'backlog',
    messages: MESSAGES,
  });

  assert.deepEqual({ heard, exitCode }, { heard: MESSAGES, exitCode: 0 });
  assert.ok(peakMegabytes < PEAK_MEGABYTES, `It had ${peakMegabytes} MB.`);
});

test('a partition with little in it does not wait until those with large messages are empty', async (t) => {
  await makeTopic(t, 'mixed.ordering');
  const full = 10;
  const rounds = 20;
  const sizes = Array.from({ length: rounds * PARTITIONS }, (_, number) =>
    number % PARTITIONS < full ? 1_500_000 : 10,
  );
  await fill('mixed.ordering', sizes);
  const heard: number[] = [];
  const context = listening((orderId) => void heard.push(Number(orderId.slice(2))));
  const backbone = kafka({ brokers: server.brokers, prefix: 'mixed' });

  await start(t, [ordering, context], { backbone, payloadCharactersMax: 3_145_728 });
  await until(() => heard.length >= sizes.length, 60_000);

  const isLarge = (number: number): boolean => number % PARTITIONS < full;
  const largeBefore = heard.slice(
    0,
    heard.findLastIndex((number) => !isLarge(number)),
  );
  assert.ok(largeBefore.filter((number) => isLarge(number)).length < (rounds * full) / 2);
  // In the order of its partition, each once.
  assert.equal(heard.length, sizes.length);
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    assert.deepEqual(
      heard.filter((number) => number % PARTITIONS === partition),
      Array.from({ length: rounds }, (_, round) => round * PARTITIONS + partition),
    );
});

async function makeTopic(t: TestContext, topic: string): Promise<void> {
  const admin = await bareAdmin(t, server.brokers);
  const configs = [{ name: 'max.message.bytes', value: String(BYTES_MAX) }];
  await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 1, configs });
}

/** One after the other into each partition, before anybody listens. */
async function fill(topic: string, sizes: readonly number[]): Promise<void> {
  const messages = sizes.map((size, number) => ({
    key: `k-${number % PARTITIONS}`,
    value: JSON.stringify({ orderId: `o-${number}`, note: 'x'.repeat(size) }),
    headers: { ce_type: OrderPlaced.name, ce_id: `m-${number}` },
    partition: number % PARTITIONS,
  }));
  for (let from = 0; from < messages.length; from += AT_ONCE)
    await publishBare(server.brokers, topic, ...messages.slice(from, from + AT_ONCE));
}

/**
 * kcat, which is librdkafka: what most who do not use Java or JavaScript are.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { runKcat } from '../../../scripts/services/kcat.ts';
import type { Fact, Recorded } from '../../message/fact.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { kafka } from './kafka-backbone.ts';

let server: KafkaServer;
before(async () => {
  server = await startKafka();
});
after(() => server?.close());

const DATA = JSON.stringify({ orderId: 'o-1' });

test('what we publish is read by kcat, with its key and as headers all that a CloudEvent says', async (t) => {
  const { app, read } = await scene(t, 'ours');
  const orderId = 'größe "1" 🎁';

  await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  const [message] = await read(1);

  assert.equal(message?.key, orderId);
  assert.deepEqual(JSON.parse(message?.payload ?? ''), { orderId });
  const headers = headersOf(message);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['ce_specversion'], '1.0');
  assert.equal(headers['ce_type'], 'ordering.OrderPlaced');
  assert.equal(headers['ce_source'], '/ordering');
  assert.equal(headers['ce_partitionkey'], orderId);
  assert.match(headers['ce_id'] ?? '', /^\S{20,}$/);
  assert.match(headers['ce_time'] ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
});

test('what kcat writes as a CloudEvent is taken in once, also when it comes again', async (t) => {
  const { app, heard, write } = await scene(t, 'theirs');
  const event = ['ce_specversion=1.0', 'ce_source=/legacy', 'ce_type=ordering.OrderPlaced'];

  await write(DATA, ['ce_id=e-1', 'ce_time=2026-05-01T10:00:00Z', ...event]);
  await write(DATA, ['ce_id=e-1', 'ce_time=2026-05-01T10:00:00Z', ...event]);
  await write(JSON.stringify({ orderId: 'o-2' }), ['ce_id=e-2', ...event]);
  await until(() => heard.length >= 2);

  assert.deepEqual(
    heard.map(({ id, data }) => ({ id, data })),
    [
      { id: 'e-1', data: { orderId: 'o-1' } },
      { id: 'e-2', data: { orderId: 'o-2' } },
    ],
  );
  assert.equal(heard[0]?.occurredAt, '2026-05-01T10:00:00.000Z');
  assert.deepEqual(await app.parked(), []);
});

test('what kcat writes without any headers is parked with its reason, and blocks nobody', async (t) => {
  const { app, heard, write } = await scene(t, 'bare');

  await write(DATA);
  await write(DATA, ['ce_type=ordering.OrderPlaced']);
  await until(() => heard.length === 1);

  const parked = await app.parked();
  assert.equal(parked.length, 1);
  assert.equal(parked[0]?.recordId, 'bare.ordering/0/0');
  assert.equal(parked[0]?.error?.code, 'unknown-contract');
  assert.match(parked[0]?.error?.message ?? '', /"bare\.ordering \(without ce_type\)"/);
});

test('a key is where we have it, when kcat is told to choose as Java does', async (t) => {
  const { app, heard, read } = await scene(t, 'keys', 6);
  const keys = Array.from({ length: 20 }, (_, index) => `größe "${index}" 🎁`);
  const lines = keys.map((key) => `${key}\t${JSON.stringify({ orderId: key })}\n`).join('');
  const asJava = ['-X', 'topic.partitioner=murmur2_random'];

  await produce('keys', lines, '-K', '\\t', '-H', 'ce_type=ordering.OrderPlaced', ...asJava);
  for (const orderId of keys)
    await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  await until(() => heard.length === 40);

  const all = await read(40);
  for (const key of keys) {
    const ofKey = all.filter((message) => message.key === key);
    assert.equal(ofKey.length, 2);
    assert.equal(new Set(ofKey.map(({ partition }) => partition)).size, 1, key);
  }
});

/** A message as kcat prints it with `-J`. */
interface Printed {
  readonly key: string | null;
  readonly payload: string | null;
  readonly partition: number;
  /** Names and values, in turn. */
  readonly headers: readonly string[];
}

function headersOf(message: Printed | undefined): Readonly<Record<string, string>> {
  const texts = message?.headers ?? [];
  const names = texts.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name, texts[index * 2 + 1] ?? '']));
}

function produce(prefix: string, input: string, ...args: readonly string[]): Promise<string> {
  return runKcat(
    ['-P', '-b', server.brokers.join(','), '-t', `${prefix}.ordering`, ...args],
    input,
  );
}

async function scene(t: TestContext, prefix: string, partitions = 1) {
  const heard: Recorded<Fact>[] = [];
  const context = listening((_, event) => void heard.push(event));
  const backbone = kafka({ brokers: server.brokers, prefix, partitions });
  const app = await start(t, [ordering, context], { backbone });
  // By now the topic is there.
  await app.settled();
  const write = (data: string, headers: readonly string[] = []): Promise<string> =>
    produce(prefix, data, ...headers.flatMap((header) => ['-H', header]));
  const read = async (count: number): Promise<readonly Printed[]> => {
    const where = ['-b', server.brokers.join(','), '-t', `${prefix}.ordering`];
    const said = await runKcat(['-C', ...where, '-o', 'beginning', '-c', `${count}`, '-J', '-q']);
    return said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Printed);
  };
  return { app, heard, write, read };
}

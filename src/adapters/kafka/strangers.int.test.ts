/** Messages of others, who know nothing of us, and what others see of ours. */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { CloudEvent, Kafka } from 'cloudevents';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import type { Fact, Recorded } from '../../message/fact.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { type Bare, nextBare, publishBare } from './fixtures/bare-client.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { kafka } from './kafka-backbone.ts';

let server: KafkaServer;
before(async () => {
  server = await startKafka();
});
after(() => server?.close());

const DATA = JSON.stringify({ orderId: 'o-1' });
const TYPE = { ce_type: OrderPlaced.name };

test('a message that says its type and nothing else is taken in once, in order by its key', async (t) => {
  const { heard, publish } = await scene(t, 'plain');

  await publish({ key: 'k', value: DATA, headers: TYPE });
  await until(() => heard.length === 1);

  const [event] = heard;
  assert.equal(event?.id, 'plain.ordering/0/0');
  assert.deepEqual(event.data, { orderId: 'o-1' });
});

test('a CloudEvent is read in both modes, whoever wrote it', async (t) => {
  const { heard, publish } = await scene(t, 'modes');
  const attributes = { id: 'e-1', source: '/legacy', specversion: '1.0', type: OrderPlaced.name };
  const binary = new CloudEvent({ ...attributes, data: { orderId: 'o-1' } });
  const structured = new CloudEvent({
    ...attributes,
    id: 'e-2',
    time: '2026-05-01T10:00:00Z',
    data: { orderId: 'o-2' },
  });

  for (const { body, headers } of [Kafka.binary(binary), Kafka.structured(structured)])
    await publish({
      value: typeof body === 'string' ? body : JSON.stringify(body),
      // The SDK gives some that it has no value for.
      headers: JSON.parse(JSON.stringify(headers)) as Record<string, string>,
    });
  await until(() => heard.length === 2);

  assert.deepEqual(
    heard.map(({ id, data }) => ({ id, data })),
    [
      { id: 'e-1', data: { orderId: 'o-1' } },
      { id: 'e-2', data: { orderId: 'o-2' } },
    ],
  );
  assert.equal(heard[1]?.occurredAt, '2026-05-01T10:00:00.000Z');
});

const LARGE = { 'max.message.bytes': String(12 * 1_048_576) };
/** Beside what every backbone is held to by its conformance suite. */
const STRANGE: readonly (readonly [string, Bare])[] = [
  ['a tombstone', { key: 'o-1', value: null, headers: TYPE }],
  [
    'ten megabytes',
    {
      value: JSON.stringify({ orderId: 'o-1', note: 'x'.repeat(10 * 1_048_576) }),
      headers: TYPE,
    },
  ],
  ['what says no type', { value: DATA }],
  ['a tombstone that says no type', { key: 'o-1', value: null }],
  ['bytes with a key of bytes', { key: new Uint8Array([0xff, 0x00]), value: new Uint8Array([1]) }],
];

for (const [index, [what, message]] of STRANGE.entries())
  test(`${what} is parked with its reason, and blocks nobody`, async (t) => {
    const { app, heard, publish } = await scene(t, `strange${index}`);

    await publish(message);
    await publish({ value: JSON.stringify({ orderId: 'o-2' }), headers: TYPE });
    await until(() => heard.length === 1);
    const parked = await app.parked();

    assert.deepEqual(heard[0]?.data, { orderId: 'o-2' });
    assert.equal(parked.length, 1);
    assert.equal(parked[0]?.recordId, `strange${index}.ordering/0/0`);
    assert.ok((parked[0]?.error?.message ?? '').length > 10);
  });

test('what says no type is told to be such, and is not given out again', async (t) => {
  const { app, publish } = await scene(t, 'untyped');
  await publish({ value: DATA });
  await until(async () => (await app.parked()).length === 1);

  const [parked] = await app.parked();

  assert.match(parked?.error?.message ?? '', /"untyped\.ordering \(without ce_type\)"/);
  assert.equal(parked?.error?.code, 'unknown-contract');
});

test('a message that nobody listens to is passed', async (t) => {
  const { app, heard, publish } = await scene(t, 'unknown');

  await publish({ value: DATA, headers: { ce_type: 'ordering.SomethingElse' } });
  await publish({ value: DATA, headers: TYPE });
  await until(() => heard.length === 1);

  assert.deepEqual(await app.parked(), []);
});

test("Kafka's own console tools write to us and read us, and put a key where we do", async (t) => {
  const { app, heard } = await scene(t, 'console', { partitions: 6 });
  const keys = Array.from({ length: 20 }, (_, index) => `größe "${index}" 🎁`);
  const topic = ['--bootstrap-server', server.brokers.join(','), '--topic', 'console.ordering'];
  const parse = ['parse.headers=true', 'parse.key=true'].flatMap((each) => ['--property', each]);
  const lines = keys.map(
    (key, index) => `ce_type:ordering.OrderPlaced,ce_id:e-${index}\t${key}\t${DATA}\n`,
  );

  await server.tool('org.apache.kafka.tools.ConsoleProducer', [...topic, ...parse], lines.join(''));
  await until(() => heard.length === 20, 20_000);
  for (const orderId of keys)
    await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  await until(() => heard.length === 40);
  const print = ['headers', 'key', 'partition'].flatMap((part) => [
    '--property',
    `print.${part}=true`,
  ]);
  const all = ['--from-beginning', '--max-messages', '40', '--timeout-ms', '30000'];
  const said = await server.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...topic,
    ...print,
    ...all,
  ]);

  const read = said
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  assert.equal(read.length, 40);
  for (const key of keys) {
    const ofKey = read.filter((line) => line[2] === key);
    assert.equal(ofKey.length, 2);
    assert.equal(new Set(ofKey.map(([partition]) => partition)).size, 1, key);
  }
});

test('what we publish is a CloudEvent to the SDK', async (t) => {
  const { app } = await scene(t, 'ours');

  await app.transaction(ordering, (tx) =>
    tx.publish(OrderPlaced, { orderId: 'größe "1" 🎁', note: 'ä' }),
  );
  const { key, value, headers } = await nextBare(server.brokers, 'ours.ordering');
  const message = { key, value, headers, body: value };
  const event = Kafka.toEvent<{ orderId: string }>(message);

  assert.ok(!Array.isArray(event));
  assert.ok(new CloudEvent(event).validate());
  assert.equal(event.type, 'ordering.OrderPlaced');
  assert.equal(event.source, '/ordering');
  assert.equal(event['partitionkey'], 'größe "1" 🎁');
  assert.equal(key, 'größe "1" 🎁');
  assert.deepEqual(JSON.parse(value), { orderId: 'größe "1" 🎁', note: 'ä' });
});

async function scene(t: TestContext, prefix: string, options: { partitions?: number } = {}) {
  const heard: Recorded<Fact>[] = [];
  const context = listening((_, event) => void heard.push(event));
  const backbone = kafka({
    brokers: server.brokers,
    prefix,
    partitions: 1,
    topicSettings: LARGE,
    ...options,
  });
  const app = await start(t, [ordering, context], { backbone });
  // By now the topic is there.
  await app.settled();
  const publish = (message: Bare): Promise<void> =>
    publishBare(server.brokers, `${prefix}.ordering`, message);
  return { app, heard, publish };
}

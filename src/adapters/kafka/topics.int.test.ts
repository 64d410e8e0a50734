/**
 * Topics that are there already, that go away or grow, and that a broker brings back after its end.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { type Backbone, MessageNotCarriedError } from '../../backbone/backbone.ts';
import type { Application } from '../../runtime/application.ts';
import { rejection, start, until } from '../../runtime/fixtures/start.ts';
import { run } from '../../runtime/run.ts';
import { type Logger, silent } from '../../telemetry/logger.ts';
import { memory } from '../memory/memory-store.ts';
import { bareAdmin, publishBare, publishInTransaction } from './fixtures/bare-client.ts';
import { envelope, idsIn, opened } from './fixtures/handed-over.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { type KafkaOptions, kafka } from './kafka-backbone.ts';
import { KafkaTopicError } from './publisher-topic.ts';

let server: KafkaServer;
before(async () => {
  server = await startKafka();
});
after(() => server?.close());

const TYPE = { ce_type: OrderPlaced.name };
const CONSUMER = { consumer: 'listening', source: 'ordering', contracts: [], marks: [] };

test('a topic that forgets all but the last message of a key is left as it is, and named', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const configs = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({ topics: ['compact.ordering'], partitions: 1, replicas: 1, configs });
  const backbone = await opened({ brokers: server.brokers, prefix: 'compact' });

  const error = await rejection(backbone.inlet(CONSUMER), KafkaTopicError);

  assert.match(error.message, /"compact\.ordering" on Kafka has the cleanup\.policy "compact"/);
  assert.equal(error.retryable, false);
  assert.equal((await settingsOf(admin, 'compact.ordering')).get('cleanup.policy'), 'compact');
  await backbone.close();
});

test('a topic that the broker does not make as it is wanted is named, with what the broker says', async () => {
  const backbone = await opened({
    brokers: server.brokers,
    prefix: 'impossible',
    replicationFactor: 3,
  });

  const error = await rejection(backbone.inlet(CONSUMER), KafkaTopicError);

  assert.match(error.message, /cannot be made: the broker says INVALID_REPLICATION_FACTOR/);
  await backbone.close();
});

test('a topic that is made here keeps all, and has the partitions and settings that were asked for', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const topicSettings = { 'segment.ms': '3600000' };
  const backbone = await opened({
    brokers: server.brokers,
    prefix: 'made',
    partitions: 3,
    topicSettings,
  });

  await backbone.inlet(CONSUMER);

  const settings = await settingsOf(admin, 'made.ordering');
  assert.equal(settings.get('retention.ms'), '-1');
  assert.equal(settings.get('cleanup.policy'), 'delete');
  assert.equal(settings.get('segment.ms'), '3600000');
  const { topics } = await admin.metadata({ topics: ['made.ordering'] });
  assert.equal(topics.get('made.ordering')?.partitions.length, 3);
  await backbone.close();
});

test('a topic with limits of its owner is used as it is', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const configs = [{ name: 'retention.ms', value: '60000' }];
  await admin.createTopics({ topics: ['limited.ordering'], partitions: 2, replicas: 1, configs });
  const { app, heard } = await scene(t, { prefix: 'limited' });

  await place(app, 'o-1');
  await until(() => heard.length === 1);

  assert.equal((await settingsOf(admin, 'limited.ordering')).get('retention.ms'), '60000');
  const { topics } = await admin.metadata({ topics: ['limited.ordering'] });
  assert.equal(topics.get('limited.ordering')?.partitions.length, 2);
});

test('topics and groups of a naming of its own are used, and none of ours is made', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const topic = 'acme.order-events.v1';
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1, configs: [] });
  const names = {
    topic: (publisher: string) => (publisher === 'ordering' ? topic : `acme.${publisher}`),
    group: (publisher: string, consumer: string) => `acme-${consumer}-of-${publisher}`,
  };
  const { app, heard } = await scene(t, { prefix: 'unused', names });

  await place(app, 'o-1');
  await publishBare(server.brokers, topic, { value: placed('o-2'), headers: TYPE });
  await until(() => heard.length === 2);
  await app.stop();

  assert.deepEqual(heard.toSorted(), ['o-1', 'o-2']);
  assert.match(await describedGroup('acme-listening-of-ordering'), /acme\.order-events\.v1 /);
  await assert.rejects(admin.metadata({ topics: ['unused.ordering'] }));
});

test('who names the topic only has all else named as it is by itself', async (t) => {
  const names = { topic: (publisher: string) => `acme.${publisher}` };
  const { app, heard } = await scene(t, { prefix: 'partly', names });

  await place(app, 'o-1');
  await until(() => heard.length === 1);
  await app.stop();

  assert.match(await describedGroup('partly.ordering.listening'), /acme\.ordering /);
});

test('a name that Kafka takes for no topic is told, and is no outage', async () => {
  for (const name of ['', 'acme orders', '..', 'x'.repeat(250)]) {
    const backbone = await opened({ brokers: server.brokers, names: { topic: () => name } });

    const error = await rejection(backbone.inlet(CONSUMER), KafkaTopicError);

    assert.match(error.message, /cannot be made: the broker says INVALID_TOPIC_EXCEPTION/);
    assert.equal(error.topic, name);
    await backbone.close();
  }
});

test('who was away while messages were dropped says so, and goes on behind no gap', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const store = memory();
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = (): Backbone => kafka({ brokers: server.brokers, prefix: 'gap', partitions: 1 });
  const before = await run([ordering, context], { store, backbone: backbone(), logger: silent });
  await place(before, 'o-1');
  await until(() => heard.length === 1);
  await before.stop();

  for (const id of ['o-2', 'o-3', 'o-4'])
    await publishBare(server.brokers, 'gap.ordering', { value: placed(id), headers: TYPE });
  const partitions = [{ partition: 0, offset: 3n }];
  await admin.deleteRecords({ topics: [{ name: 'gap.ordering', partitions }] });
  const codes: unknown[] = [];
  const logger: Logger = { log: (line) => void codes.push('code' in line ? line.code : undefined) };
  await start(t, [ordering, context], { store, backbone: backbone(), logger });
  await until(() => codes.includes('records-dropped'));

  assert.deepEqual(heard, ['o-1']);
});

test('who listens for the first time begins with what is left', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const backbone = await opened({ brokers: server.brokers, prefix: 'left', partitions: 1 });
  await backbone.inlet(CONSUMER);
  await backbone.close();
  for (const id of ['o-1', 'o-2', 'o-3'])
    await publishBare(server.brokers, 'left.ordering', { value: placed(id), headers: TYPE });
  const partitions = [{ partition: 0, offset: 2n }];
  await admin.deleteRecords({ topics: [{ name: 'left.ordering', partitions }] });

  const { heard } = await scene(t, { prefix: 'left' });
  await until(() => heard.length === 1);

  assert.deepEqual(heard, ['o-3']);
});

test('a topic that is made anew while it is read is read from its beginning, and nothing comes twice', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const { app, heard } = await scene(t, { prefix: 'anew', partitions: 2 });
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  await admin.deleteTopics({ topics: ['anew.ordering'] });
  await place(app, 'o-2');
  await until(() => heard.includes('o-2'), 30_000);
  await publishBare(server.brokers, 'anew.ordering', { value: placed('o-3'), headers: TYPE });
  await until(() => heard.includes('o-3'), 30_000);

  assert.deepEqual(heard.toSorted(), ['o-1', 'o-2', 'o-3']);
});

test('partitions that are added while it is read are read, too', async (t) => {
  const admin = await bareAdmin(t, server.brokers);
  const store = memory();
  const { app, heard } = await scene(t, { prefix: 'growing', partitions: 1 }, store);
  await place(app, 'o-1');
  await until(() => heard.length === 1);

  const topics = [{ name: 'growing.ordering', count: 3, assignments: null }];
  await admin.createPartitions({ topics });
  const value = placed('o-2');
  await until(async () => {
    const message = { value, headers: { ...TYPE, ce_id: 'e-2' }, partition: 2 };
    return publishBare(server.brokers, 'growing.ordering', message).then(
      () => true,
      () => false,
    );
  });
  await until(() => heard.includes('o-2'), 20_000);

  assert.deepEqual(heard, ['o-1', 'o-2']);
});

test('a consumer goes on in each partition where it was', async (t) => {
  const store = memory();
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const ids = Array.from({ length: 60 }, (_, index) => `o-${index}`);

  for (let from = 0; from < 60; from += 20) {
    const backbone = kafka({ brokers: server.brokers, prefix: 'places' });
    const app = await run([ordering, context], { store, backbone, logger: silent });
    for (const id of ids.slice(from, from + 20)) await place(app, id);
    await until(() => heard.length >= from + 20);
    await app.stop();
  }

  assert.deepEqual(heard.toSorted(), ids.toSorted());
  const log = await store.open('listening');
  t.after(() => log.close());
  const [mark] = await log.marks();
  assert.match(mark?.epoch ?? '', /^[\da-f-]{36}\|0:\d+,1:\d+,2:\d+,3:\d+,4:\d+,5:\d+$/);
  assert.equal(mark?.position, 60);
});

test("Kafka's own tools see how far a consumer has come", async (t) => {
  const { app, heard } = await scene(t, { prefix: 'shown', partitions: 1 });
  for (const id of ['o-1', 'o-2', 'o-3']) await place(app, id);
  await until(() => heard.length === 3);
  await app.stop();

  const said = await describedGroup('shown.ordering.listening');

  assert.match(said, /shown\.ordering\.listening +shown\.ordering +0 +3 +3 +0 /);
});

test('a message that the topic takes none as large as is told, and lets other keys pass, once', async (t) => {
  const topicSettings = { 'max.message.bytes': '100000' };
  const backbone = await opened({
    brokers: server.brokers,
    prefix: 'large',
    partitions: 1,
    topicSettings,
  });
  t.after(() => backbone.close());
  const outlet = await backbone.outlet('ordering');
  const messages = [
    envelope('m-1', 'a', 'x'),
    envelope('m-2', 'b', 'x'.repeat(100_000)),
    envelope('m-3', 'b', 'x'),
    envelope('m-4', 'c', 'x'),
  ];

  for (const _ of ['once', 'again']) {
    const refused = outlet?.publish(messages) ?? Promise.resolve();
    const error = await rejection(refused, MessageNotCarriedError);
    assert.match(error.message, /"m-2".* "large\.ordering" takes at most 100000/);
  }

  assert.deepEqual(await idsIn(backbone), ['m-1', 'm-4']);
});

test('of calls that go together, only the one fails that has a message too large', async (t) => {
  const topicSettings = { 'max.message.bytes': '100000' };
  const options = { brokers: server.brokers, prefix: 'joined', partitions: 1, topicSettings };
  const backbone = await opened(options);
  t.after(() => backbone.close());
  const outlet = await backbone.outlet('ordering');
  const publish = async (...messages: Parameters<typeof envelope>[]): Promise<void> =>
    outlet?.publish(messages.map((parts) => envelope(...parts)));

  const calls = await Promise.allSettled([
    publish(['m-1', 'a', 'x']),
    publish(['m-2', 'b', 'x'.repeat(100_000)], ['m-3', 'b', 'x'], ['m-4', 'c', 'x']),
    publish(['m-5', 'a', 'x'], ['m-6', 'd', 'x']),
  ]);

  const [first, second, third] = calls;
  assert.equal(first?.status, 'fulfilled');
  assert.equal(third?.status, 'fulfilled');
  assert.equal(second?.status === 'rejected' && second.reason.messageId, 'm-2');
  assert.deepEqual(await idsIn(backbone), ['m-1', 'm-4', 'm-5', 'm-6']);
});

test('a message that stands in the topic twice is taken in once, and is no trouble', async (t) => {
  const heard: string[] = [];
  const troubles: unknown[] = [];
  const logger: Logger = {
    log: (line) => void (line.level === 'info' || line.level === 'debug' || troubles.push(line)),
  };
  const context = listening((orderId) => void heard.push(orderId));
  const options = { brokers: server.brokers, prefix: 'twice', partitions: 1 };
  const app = await start(t, [ordering, context], { backbone: kafka(options), logger });
  await app.settled();
  const publish = (orderId: string): Promise<void> => {
    const headers = { ...TYPE, ce_id: orderId };
    return publishBare(server.brokers, 'twice.ordering', { value: placed(orderId), headers });
  };

  for (const id of ['o-1', 'o-2']) {
    await publish(id);
    await until(() => heard.includes(id));
  }
  await publish('o-1');
  const again = ['o-2', 'o-3'].map((id) => {
    return { value: placed(id), headers: { ...TYPE, ce_id: id } };
  });
  await publishBare(server.brokers, 'twice.ordering', ...again);
  await until(() => heard.includes('o-3'));

  assert.deepEqual(heard, ['o-1', 'o-2', 'o-3']);
  assert.deepEqual(troubles, []);
});

test('of what others hand over in transactions, what they give up is never heard', async (t) => {
  const { app, heard } = await scene(t, { prefix: 'transactions', partitions: 2 });
  const topic = 'transactions.ordering';
  const publish = (id: string, end: 'commit' | 'abort'): Promise<void> =>
    publishInTransaction(server.brokers, topic, end, { value: placed(id), headers: TYPE });

  await publish('o-1', 'commit');
  await publish('o-2', 'abort');
  await publish('o-3', 'commit');
  await until(() => heard.length === 2);
  await place(app, 'o-4');
  await until(() => heard.length === 3);

  assert.deepEqual(heard, ['o-1', 'o-3', 'o-4']);
});

test('many messages that together are larger than a batch may be go in several, in order', async (t) => {
  const topicSettings = { 'max.message.bytes': '100000' };
  const backbone = await opened({
    brokers: server.brokers,
    prefix: 'many',
    partitions: 1,
    topicSettings,
  });
  t.after(() => backbone.close());
  const outlet = await backbone.outlet('ordering');
  const ids = Array.from({ length: 40 }, (_, index) => `m-${index}`);

  await outlet?.publish(ids.map((id) => envelope(id, 'a', 'x'.repeat(9_000))));

  assert.deepEqual(await idsIn(backbone), ids);
});

test('what was confirmed survives the end of the broker by SIGKILL, in order of each key', async (t) => {
  const own = await startKafka();
  t.after(() => own.close());
  const heard: string[] = [];
  const context = listening((orderId, { data }) => {
    heard.push(`${orderId} ${(data as { note?: string }).note}`);
  });
  const backbone = kafka({ brokers: own.brokers, partitions: 2 });
  const app = await start(t, [ordering, context], { backbone });
  const keys = ['a', 'b', 'c', 'd'];
  const rounds = 30;

  for (let round = 0; round < rounds; round += 1) {
    // The relay has some of them in hand when it goes, and more wait for it when it comes back.
    if (round % 10 === 4) await own.kill();
    if (round % 10 === 8) await own.start();
    for (const orderId of keys)
      await app.transaction(ordering, (tx) =>
        tx.publish(OrderPlaced, { orderId, note: String(round) }),
      );
  }
  await until(() => heard.length >= rounds * keys.length, 60_000);

  for (const key of keys)
    assert.deepEqual(
      heard.filter((one) => one.startsWith(key)),
      Array.from({ length: rounds }, (_, round) => `${key} ${round}`),
    );
});

/** What Kafka's own tool says of a consumer group. */
function describedGroup(group: string): Promise<string> {
  const where = ['--bootstrap-server', server.brokers.join(',')];
  const tool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';
  return server.tool(tool, [...where, '--describe', '--group', group]);
}

async function scene(t: TestContext, options: Partial<KafkaOptions>, store = memory()) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = kafka({ brokers: server.brokers, ...options });
  const app = await start(t, [ordering, context], { backbone, store });
  await app.settled();
  return { app, heard };
}

async function place(app: Application, orderId: string): Promise<void> {
  await app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
}

function placed(orderId: string): string {
  return JSON.stringify({ orderId });
}

async function settingsOf(
  admin: Awaited<ReturnType<typeof bareAdmin>>,
  resourceName: string,
): Promise<ReadonlyMap<string, string>> {
  const [found] = await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName }] });
  return new Map(found?.configs.map(({ name, value }) => [name, value]));
}

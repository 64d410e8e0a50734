/**
 * The package of the client, given by the application.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import * as platformatic from '@platformatic/kafka';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { kafka, type KafkaOptions } from './kafka-backbone.ts';

let server: KafkaServer;
before(async () => {
  server = await startKafka();
});
after(() => server?.close());

test('the package is used as it is given', async (t) => {
  const client = await import('@platformatic/kafka');

  const { heard, place } = await scene(t, { client, prefix: 'whole' });
  await place('o-1');
  await until(() => heard.length === 1);

  assert.deepEqual(heard, ['o-1']);
});

test('classes of the application stand in for those of the package, and are not told of it', async (t) => {
  const made: { readonly what: string; readonly options: object }[] = [];
  class Admin extends platformatic.Admin {
    constructor(options: platformatic.AdminOptions) {
      super(options);
      made.push({ what: 'admin', options });
    }
  }
  class Consumer extends platformatic.Consumer {
    constructor(options: platformatic.ConsumerOptions<Buffer, Buffer, Buffer, Buffer>) {
      super(options);
      made.push({ what: 'consumer', options });
    }
  }
  class Producer extends platformatic.Producer {
    constructor(options: platformatic.ProducerOptions<Buffer, Buffer, Buffer, Buffer>) {
      super(options);
      made.push({ what: 'producer', options });
    }
  }
  const client = { ...platformatic, Admin, Consumer, Producer };

  const { heard, place } = await scene(t, { client, prefix: 'own' });
  await place('o-1');
  await until(() => heard.length === 1);

  assert.deepEqual([...new Set(made.map(({ what }) => what))].toSorted(), [
    'admin',
    'consumer',
    'producer',
  ]);
  assert.ok(made.every(({ options }) => !('client' in options)));
});

async function scene(t: TestContext, options: Omit<KafkaOptions, 'brokers'>) {
  const heard: string[] = [];
  const context = listening((orderId) => void heard.push(orderId));
  const backbone = kafka({ brokers: server.brokers, partitions: 1, ...options });
  const app = await start(t, [ordering, context], { backbone });
  const place = (orderId: string): Promise<unknown> =>
    app.transaction(ordering, (tx) => tx.publish(OrderPlaced, { orderId }));
  return { heard, place };
}

import { setTimeout as delay } from 'node:timers/promises';
import { Admin, Consumer, Producer } from '@platformatic/kafka';
import { kafka } from 'thereupon/kafka';
import { startKafka } from '../../scripts/services/kafka.ts';
import { type BareClient, type Broker, type Headers, IN_FLIGHT } from './broker.ts';

const ALL = -1;
/** As many as a topic of ours has. */
const PARTITIONS = 6;
const CREATED_MS = 1_000;

export const kafkaBroker: Broker = {
  name: 'kafka',
  start: () => startKafka(),
  backbone: (brokers, prefix) => kafka({ brokers, prefix }),
  settings: {
    ours: `${IN_FLIGHT} unconfirmed, up to 768 of them in one call, idempotent, acknowledged by all; ${PARTITIONS} partitions by key; fetches of 1 MiB, offsets shown each second`,
    bare: `${IN_FLIGHT} unconfirmed, all of them in one call, idempotent, acknowledged by all; ${PARTITIONS} partitions in turn; offsets committed each second and at the end`,
  },
  async bare(url, name): Promise<BareClient> {
    const bootstrapBrokers = [new URL(url).host];
    const options = { clientId: 'bare', bootstrapBrokers };
    const admin = new Admin(options);
    await admin.createTopics({ topics: [name], partitions: PARTITIONS, replicas: 1 });
    // Who leads it is known a moment later than that it is there.
    await delay(CREATED_MS);
    await admin.close();
    const producer = new Producer({ ...options, idempotent: true });
    const consumer = new Consumer({ ...options, groupId: name, maxWaitTime: 500 });
    const send = (messages: readonly string[], headers: Headers): Promise<unknown> =>
      producer.send({
        acks: ALL,
        messages: messages.map((message, index) => ({
          topic: name,
          partition: index % PARTITIONS,
          value: Buffer.from(message),
          headers: new Map(
            Object.entries(headers).map(([key, value]) => [Buffer.from(key), Buffer.from(value)]),
          ),
        })),
      });
    return {
      async publish(messages, headers = {}) {
        for (let from = 0; from < messages.length; from += IN_FLIGHT)
          await send(messages.slice(from, from + IN_FLIGHT), headers);
      },
      async consume(wanted) {
        let taken = 0;
        const stream = await consumer.consume({
          topics: [name],
          mode: 'earliest',
          autocommit: 1_000,
        });
        for await (const _ of stream) {
          taken += 1;
          if (taken === wanted) break;
        }
        await stream.close();
      },
      async listen(heard) {
        const stream = await consumer.consume({ topics: [name], mode: 'latest' });
        stream.on('data', () => heard());
        await delay(CREATED_MS);
      },
      async close() {
        await producer.close();
        await consumer.close(true);
      },
    };
  },
};

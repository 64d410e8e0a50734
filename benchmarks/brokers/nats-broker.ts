import { AckPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect, headers as newHeaders } from '@nats-io/transport-node';
import { nats } from 'thereupon/nats';
import { startNats } from '../../scripts/services/nats.ts';
import { type BareClient, type Broker, IN_FLIGHT } from './broker.ts';
import { sliding } from './sliding.ts';

export const natsBroker: Broker = {
  name: 'nats',
  start: () => startNats(),
  backbone: (servers, prefix) => nats({ servers, prefix }),
  settings: {
    ours: `noAsyncTraces; ${IN_FLIGHT} unconfirmed, of each key one, ids for its own dedupe; pages of 256, read by nobody's consumer, no acknowledgements`,
    bare: `noAsyncTraces; ${IN_FLIGHT} unconfirmed, ids for its own dedupe; a pull consumer 1,000 ahead, each acknowledged`,
  },
  async bare(servers, name): Promise<BareClient> {
    const connection = await connect({ servers, noAsyncTraces: true });
    const manager = await jetstreamManager(connection);
    const client = jetstream(connection);
    const subject = `${name}.bare`;
    await manager.streams.add({ name, subjects: [subject], storage: StorageType.File });
    const durable = { durable_name: 'bare', ack_policy: AckPolicy.Explicit };
    await manager.consumers.add(name, durable);
    const consumer = await client.consumers.get(name, 'bare');
    let count = 0;
    return {
      publish(messages, attributes = {}) {
        return sliding(messages, IN_FLIGHT, (message) => {
          const headers = newHeaders();
          for (const [key, value] of Object.entries(attributes)) headers.set(key, value);
          return client.publish(subject, message, { headers, msgID: `m-${(count += 1)}` });
        });
      },
      async consume(wanted) {
        let taken = 0;
        const messages = await consumer.consume({ max_messages: 1_000 });
        for await (const message of messages) {
          message.ack();
          taken += 1;
          if (taken === wanted) break;
        }
        await messages.close();
        await connection.flush();
      },
      async listen(heard) {
        const messages = await consumer.consume({ max_messages: 100 });
        void (async () => {
          for await (const message of messages) {
            heard();
            message.ack();
          }
        })();
      },
      close: () => connection.close(),
    };
  },
};

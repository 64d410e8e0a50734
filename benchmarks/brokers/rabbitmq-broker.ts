import { connect } from 'amqplib';
import { rabbitmq } from 'thereupon/rabbitmq';
import { AHEAD_MAX } from '../../src/adapters/rabbitmq/ahead.ts';
import { startRabbitmq } from '../../scripts/services/rabbitmq.ts';
import { type BareClient, type Broker, IN_FLIGHT } from './broker.ts';
import { sliding } from './sliding.ts';

const PREFETCH = 512;
const ACKNOWLEDGED_TOGETHER = 256;

export const rabbitmqBroker: Broker = {
  name: 'rabbitmq',
  start: () => startRabbitmq(),
  backbone: (url, prefix) => rabbitmq({ url, prefix }),
  settings: {
    ours: `noDelay; ${IN_FLIGHT} unconfirmed, of each key one, persistent, a quorum queue; prefetch ${AHEAD_MAX}, up to 256 acknowledged together`,
    bare: `noDelay; ${IN_FLIGHT} unconfirmed, persistent, a quorum queue; prefetch ${PREFETCH}, ${ACKNOWLEDGED_TOGETHER} acknowledged together`,
  },
  async bare(url, name): Promise<BareClient> {
    const connection = await connect(url, { noDelay: true });
    const publishing = await connection.createConfirmChannel();
    await publishing.assertExchange(name, 'topic', { durable: true });
    const queueArguments = { 'x-queue-type': 'quorum', 'x-single-active-consumer': true };
    await publishing.assertQueue(name, { durable: true, arguments: queueArguments });
    await publishing.bindQueue(name, name, 'bare');
    const consuming = await connection.createChannel();
    await consuming.prefetch(PREFETCH);
    return {
      publish(messages, headers = {}) {
        const options = { persistent: true, headers };
        return sliding(messages, IN_FLIGHT, (message) => {
          const confirmed = Promise.withResolvers<void>();
          publishing.publish(name, 'bare', Buffer.from(message), options, (error: unknown) =>
            error === null || error === undefined ? confirmed.resolve() : confirmed.reject(error),
          );
          return confirmed.promise;
        });
      },
      async consume(wanted) {
        let taken = 0;
        await new Promise<void>((resolve) => {
          void consuming.consume(name, (message) => {
            if (message === null) return;
            taken += 1;
            if (taken % ACKNOWLEDGED_TOGETHER === 0 || taken === wanted)
              consuming.ack(message, true);
            if (taken === wanted) resolve();
          });
        });
        // Its answer comes behind the acknowledgements.
        await consuming.checkQueue(name);
      },
      async listen(heard) {
        await consuming.consume(name, (message) => {
          heard();
          if (message !== null) consuming.ack(message);
        });
      },
      close: () => connection.close(),
    };
  },
};

import { connect } from 'amqplib';
import { rabbitmq } from 'thereupon/rabbitmq';
import { startRabbitmq } from '../../scripts/services/rabbitmq.ts';
import { type BareClient, type Broker, IN_FLIGHT } from './broker.ts';

const ACKNOWLEDGED_TOGETHER = 256;

export const rabbitmqBroker: Broker = {
  name: 'rabbitmq',
  start: () => startRabbitmq(),
  backbone: (url, prefix) => rabbitmq({ url, prefix }),
  settings: {
    ours: `noDelay; ${IN_FLIGHT} unconfirmed, of each key one, persistent, a quorum queue; prefetch 512, up to 256 acknowledged together`,
    bare: `noDelay; ${IN_FLIGHT} unconfirmed, persistent, a quorum queue; prefetch 512, ${ACKNOWLEDGED_TOGETHER} acknowledged together`,
  },
  async bare(url, name): Promise<BareClient> {
    const connection = await connect(url, { noDelay: true });
    const publishing = await connection.createConfirmChannel();
    await publishing.assertExchange(name, 'topic', { durable: true });
    const queueArguments = { 'x-queue-type': 'quorum', 'x-single-active-consumer': true };
    await publishing.assertQueue(name, { durable: true, arguments: queueArguments });
    await publishing.bindQueue(name, name, 'bare');
    const consuming = await connection.createChannel();
    await consuming.prefetch(512);
    return {
      async publish(messages, headers = {}) {
        for (let from = 0; from < messages.length; from += IN_FLIGHT) {
          for (const message of messages.slice(from, from + IN_FLIGHT))
            publishing.publish(name, 'bare', Buffer.from(message), {
              persistent: true,
              headers,
            });
          await publishing.waitForConfirms();
        }
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

import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import type { BackboneSubject } from '../../conformance/backbone/backbone-subject.ts';
import { prefixed } from '../../conformance/fixtures/prefixed.ts';
import { memory } from '../memory/memory-store.ts';
import { publishBare, withChannel } from './fixtures/bare-client.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

const BYTES_MAX = 2_097_152;

/**
 * RabbitMQ 3.10 writes down what it knows of a new queue when nobody has asked it anything for a moment:
 * killed before that it comes back without a leader for that queue, and nothing that we do gives it one.
 */
const SETTLED_MS = 2_500;

const ELSEWHERE = import.meta.resolve('./fixtures/backbone-elsewhere.ts');

let server: RabbitmqServer;
let network: Network;
before(async () => {
  server = await startRabbitmq({ configuration: `max_message_size = ${BYTES_MAX}` });
  network = await startNetwork(Number(new URL(server.url).port));
});
after(async () => {
  await network?.close();
  await server?.close();
});

let count = 0;

testBackbone('rabbitmq', {
  open: async (): Promise<Required<BackboneSubject>> => {
    count += 1;
    const prefix = `t${count}`;
    // A server that does not hear of a cut connection gives its messages to others after two of them.
    const url = `${network.through(server.url)}?heartbeat=1`;
    const connected = (): Backbone => rabbitmq({ url, prefix });
    return {
      backbone: connected(),
      another: connected,
      elsewhere: { module: ELSEWHERE, argument: { url: server.url, prefix } },
      store: memory(),
      bytesMax: BYTES_MAX,
      cut: () => network.cut(),
      loseAnswers: { begin: () => network.loseAnswers(), end: () => network.heal() },
      outage: {
        begin: async (by) => {
          if (by === 'kill') await setTimeout(SETTLED_MS);
          await server[by]();
        },
        end: () => server.start(),
      },
      stranger: ({ publisher, contract, body, attributes = {} }) =>
        publishBare(server.url, `${prefix}.${publisher}`, contract, body, {
          headers: prefixed('cloudEvents:', attributes),
        }),
      held: (publisher, consumer) =>
        withChannel(server.url, async (channel) => {
          const queue = `${prefix}.${publisher}.${consumer}`;
          return (await channel.checkQueue(queue)).messageCount;
        }),
      close: async () => undefined,
    };
  },
});

import { after, before } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import type { BackboneSubject } from '../../conformance/backbone/backbone-subject.ts';
import { prefixed } from '../../conformance/fixtures/prefixed.ts';
import { memory } from '../memory/memory-store.ts';
import { bareEnds, publishBare } from './fixtures/bare-client.ts';
import { kafka } from './kafka-backbone.ts';

const ELSEWHERE = import.meta.resolve('./fixtures/backbone-elsewhere.ts');

let server: KafkaServer;
let network: Network;
before(async () => {
  server = await startKafka({
    advertise: async (port) => {
      network = await startNetwork(port);
      return Number(new URL(network.through('kafka://127.0.0.1')).port);
    },
  });
});
after(async () => {
  await network?.close();
  await server?.close();
});

let count = 0;

testBackbone('kafka', {
  open: async (): Promise<Required<BackboneSubject>> => {
    count += 1;
    const prefix = `t${count}`;
    const connected = (): Backbone => kafka({ brokers: server.brokers, prefix });
    return {
      backbone: connected(),
      another: connected,
      elsewhere: { module: ELSEWHERE, argument: { brokers: server.brokers, prefix } },
      store: memory(),
      bytesMax: 4_194_304,
      cut: () => network.cut(),
      loseAnswers: { begin: () => network.loseAnswers(), end: () => network.heal() },
      outage: { begin: (by) => server[by](), end: () => server.start() },
      stranger: ({ publisher, contract, body, attributes = {} }) =>
        publishBare(server.brokers, `${prefix}.${publisher}`, {
          value: body,
          headers: prefixed('ce_', { type: contract, ...attributes }),
        }),
      held: async (publisher) =>
        (await bareEnds(server.brokers, `${prefix}.${publisher}`)).reduce(
          (sum, end) => sum + end,
          0,
        ),
      close: async () => undefined,
    };
  },
});

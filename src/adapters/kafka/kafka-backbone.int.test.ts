import { after, before } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import { memory } from '../memory/memory-store.ts';
import { kafka } from './kafka-backbone.ts';

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
  open: async () => {
    count += 1;
    return {
      backbone: kafka({ brokers: server.brokers, prefix: `t${count}` }),
      store: memory(),
      bytesMax: 4_194_304,
      cut: () => network.cut(),
      outage: { begin: () => server.stop(), end: () => server.start() },
      close: async () => undefined,
    };
  },
});

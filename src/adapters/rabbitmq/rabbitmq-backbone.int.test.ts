import { after, before } from 'node:test';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import { memory } from '../memory/memory-store.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

const BYTES_MAX = 1_048_576;

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
  open: async () => {
    count += 1;
    return {
      // A server that does not hear of a cut connection gives its messages to others after two of them.
      backbone: rabbitmq({
        url: `${network.through(server.url)}?heartbeat=1`,
        prefix: `t${count}`,
      }),
      store: memory(),
      bytesMax: BYTES_MAX,
      cut: () => network.cut(),
      outage: { begin: () => server.stop(), end: () => server.start() },
      close: async () => undefined,
    };
  },
});

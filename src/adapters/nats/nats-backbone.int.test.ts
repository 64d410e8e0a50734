import { after, before } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { type Network, startNetwork } from '../../../scripts/services/process/network.ts';
import type { Backbone } from '../../backbone/backbone.ts';
import { testBackbone } from '../../conformance/backbone.ts';
import type { BackboneSubject } from '../../conformance/backbone/backbone-subject.ts';
import { prefixed } from '../../conformance/fixtures/prefixed.ts';
import { memory } from '../memory/memory-store.ts';
import { messagesIn, publishBare } from './fixtures/bare-client.ts';
import { nats } from './nats-backbone.ts';

const BYTES_MAX = 2_097_152;

const ELSEWHERE = import.meta.resolve('./fixtures/backbone-elsewhere.ts');

let server: NatsServer;
let network: Network;
before(async () => {
  server = await startNats({ maxPayload: BYTES_MAX });
  network = await startNetwork(Number(new URL(server.url).port));
});
after(async () => {
  await network?.close();
  await server?.close();
});

let count = 0;

testBackbone('nats', {
  open: async (): Promise<Required<BackboneSubject>> => {
    count += 1;
    const prefix = `t${count}`;
    const connected = (): Backbone => nats({ servers: network.through(server.url), prefix });
    return {
      backbone: connected(),
      another: connected,
      elsewhere: { module: ELSEWHERE, argument: { servers: server.url, prefix } },
      store: memory(),
      bytesMax: BYTES_MAX,
      cut: () => network.cut(),
      loseAnswers: { begin: () => network.loseAnswers(), end: () => network.heal() },
      outage: { begin: (by) => server[by](), end: () => server.start() },
      stranger: ({ contract, body, attributes = {} }) =>
        publishBare(server.url, `${prefix}.${contract}`, body, prefixed('ce-', attributes)),
      held: () => messagesIn(server.url, `${prefix}_ordering`),
      close: async () => undefined,
    };
  },
});

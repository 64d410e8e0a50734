/**
 * Three servers, of which one goes.
 *
 * no testLog: NATS is between contexts; their logs are in a store.
 */
import { after, before, test } from 'node:test';
import { type NatsServer, startNats } from '../../../scripts/services/nats.ts';
import { assertGoesOn } from '../../runtime/fixtures/one-of-three.ts';
import { nats } from './nats-backbone.ts';

let server: NatsServer;
before(async () => {
  server = await startNats({ nodes: 3 });
});
after(() => server?.close());

test('with one of three servers killed, all that is published goes on to be heard, in order', (t) => {
  const backbone = nats({ servers: server.urls, replicas: 3, confirmWithinMs: 3_000 });
  return assertGoesOn(t, backbone, server);
});

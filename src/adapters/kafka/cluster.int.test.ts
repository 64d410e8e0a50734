/** Three brokers, of which one goes. */
import { after, before, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { assertGoesOn } from '../../runtime/fixtures/one-of-three.ts';
import { kafka } from './kafka-backbone.ts';

let server: KafkaServer;
before(async () => {
  server = await startKafka({ nodes: 3 });
});
after(() => server?.close());

test('with one of three brokers killed, all that is published goes on to be heard, in order', (t) => {
  const backbone = kafka({ brokers: server.brokers, partitions: 6, confirmWithinMs: 3_000 });
  return assertGoesOn(t, backbone, server);
});

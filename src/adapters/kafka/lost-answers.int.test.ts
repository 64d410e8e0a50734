/**
 * A batch arrives, and its confirmation does not: the one failure of which nobody can know whether it was one.
 *
 * no testLog: Kafka is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type KafkaServer, startKafka } from '../../../scripts/services/kafka.ts';
import { listening, ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until } from '../../runtime/fixtures/start.ts';
import { bareEnds } from './fixtures/bare-client.ts';
import { envelope, idsIn, opened } from './fixtures/handed-over.ts';
import { type LosingNetwork, startLosingNetwork } from './fixtures/lost-answers.ts';
import { kafka } from './kafka-backbone.ts';

let server: KafkaServer;
let network: LosingNetwork;
before(async () => {
  server = await startKafka({
    advertise: async (port) => {
      network = await startLosingNetwork(port);
      return network.port;
    },
  });
});
after(async () => {
  await network?.close();
  await server?.close();
});

const KEYS = ['a', 'b', 'c'];
const ROUNDS = 6;

test('a confirmation that is lost is asked for again: the broker knows the batch, and has it once', async (t) => {
  const { heard, records } = await throughLoss(t, 'once', 1);

  assert.deepEqual(heard, published());
  assert.equal(records, ROUNDS * KEYS.length);
});

test('when it is lost until the client gives up, all goes again: it stands there twice, and is handled once, in order', async (t) => {
  // The client asks four times in one go.
  const { heard, records } = await throughLoss(t, 'again', 4);

  assert.deepEqual(heard, published());
  assert.ok(records > ROUNDS * KEYS.length, `${records} records`);
});

test('calls that wait go together in one; when that fails all of them have, and go again in order', async (t) => {
  const backbone = await opened({ brokers: server.brokers, prefix: 'together', partitions: 1 });
  t.after(() => backbone.close());
  const outlet = await backbone.outlet('ordering');
  const ids = ['m-1', 'm-2', 'm-3', 'm-4', 'm-5', 'm-6'];
  const publish = async (): Promise<readonly string[]> => {
    const calls = ids.map(async (id) => outlet?.publish([envelope(id, 'a', 'x')]));
    return (await Promise.allSettled(calls)).map(({ status }) => status);
  };
  const before = network.lost();

  // Those of the first one, which nobody waits with, and of the second one, in which all others are.
  network.lose(8);
  const refused = await publish();
  const lost = network.lost() - before;
  const accepted = await publish();

  assert.deepEqual(new Set(refused), new Set(['rejected']));
  assert.equal(lost, 8);
  assert.deepEqual(new Set(accepted), new Set(['fulfilled']));
  assert.deepEqual([...new Set(await idsIn(backbone))], ids);
});

/** Publishes while so many confirmations are lost, and more before it is heard; what comes of that. */
async function throughLoss(t: TestContext, prefix: string, confirmations: number) {
  const heard = new Map<string, string[]>(KEYS.map((key) => [key, []]));
  const context = listening((orderId, { data }) => {
    heard.get(orderId)?.push(String((data as { note?: string }).note));
  });
  const backbone = kafka({ brokers: server.brokers, prefix, partitions: 2 });
  const app = await start(t, [ordering, context], { backbone });
  const place = async (from: number, to: number): Promise<void> => {
    for (let round = from; round < to; round += 1)
      for (const orderId of KEYS)
        await app.transaction(ordering, (tx) =>
          tx.publish(OrderPlaced, { orderId, note: String(round) }),
        );
  };
  const before = network.lost();
  await place(0, 2);
  await app.settled();

  network.lose(confirmations);
  await place(2, 4);
  await until(() => network.lost() - before === confirmations, 30_000);
  await place(4, ROUNDS);
  await app.settled({ timeoutMs: 60_000 });

  const ends = await bareEnds(server.brokers, `${prefix}.ordering`);
  return { heard, records: ends.reduce((sum, end) => sum + end, 0) };
}

function published(): ReadonlyMap<string, readonly string[]> {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => String(round));
  return new Map(KEYS.map((key) => [key, rounds]));
}

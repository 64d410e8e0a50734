/**
 * A process for each context, on a file each, with a broker between them: some of them and the broker
 * are ended by SIGKILL in the middle of a replay, which then goes on by itself.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startKafka } from '../../../scripts/services/kafka.ts';
import { startNats } from '../../../scripts/services/nats.ts';
import { childrenOf } from '../../../scripts/services/process/running-processes.ts';
import { startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import { contexts } from '../contexts.ts';
import { startReplay, untilBalanced, untilFurther } from '../killed-shop-fixture.ts';
import { allDocuments, lostInvoices } from '../left-behind-fixture.ts';
import { seededDice } from '../replay/dice.ts';
import { madeOrders } from '../replay/made-orders.ts';

const kills = Number(process.env['KILLS'] ?? 2);
const bytesBetweenKills = 6 * JSON.stringify({ kind: 'order', id: '700002' }).length;
const dice = seededDice(1912);

/**
 * RabbitMQ 3.10 writes down what it knows of a new queue when nobody has asked it anything for a moment:
 * killed before that it comes back without a leader for that queue, and nothing that we do gives it one.
 */
const SETTLED_MS = 2_500;

let directory: string;
let orders: string;
let inPeace: Awaited<ReturnType<typeof allDocuments>>;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-over-brokers-'));
  orders = join(directory, 'orders.csv');
  await writeFile(orders, [...madeOrders({ invoices: 20 + 12 * kills })].join(''));
  const place = { directory: join(directory, 'peace') };
  await untilBalanced(startReplay(place, orders));
  inPeace = await allDocuments(place);
});
after(() => rm(directory, { recursive: true, force: true }));

for (const [name, startBroker] of [
  ['NATS', () => startNats()],
  ['RabbitMQ', () => startRabbitmq()],
  ['Kafka', () => startKafka()],
] as const)
  test(`over ${name}, with processes and the broker killed, it comes to what it comes to in peace`, async (t) => {
    const broker = await startBroker();
    t.after(() => broker.close());
    const place = { directory: join(directory, name) };
    const replaying = startReplay(place, orders, contexts.length, broker.url);
    for (let count = 1; count <= kills; count += 1) {
      await untilFurther(replaying, place.directory, bytesBetweenKills);
      // Those of contexts, and the gateway.
      const children = childrenOf(replaying.child.pid as number);
      if (count === Math.ceil(kills / 2)) {
        await heldStill(children, SETTLED_MS, () => broker.kill());
        await broker.start();
      }
      process.kill(dice.pick(children), 'SIGKILL');
    }

    await untilBalanced(replaying);

    assert.deepEqual(await lostInvoices(place), []);
    assert.deepEqual(await allDocuments(place), inPeace);
    const told = replaying.output().match(/has ended \(SIGKILL\)/g) ?? [];
    assert.equal(told.length, kills);
  });

/** Stops processes where they are for a while, does something to what they work with, and lets them go on. */
async function heldStill(
  pids: readonly number[],
  ms: number,
  work: () => Promise<void>,
): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await wait(ms);
    await work();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

/**
 * Two processes run a context, and the one that takes in from RabbitMQ ends, or stands still: the other one goes on.
 *
 * no testLog: RabbitMQ is between contexts; their logs are in a store.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { type RabbitmqServer, startRabbitmq } from '../../../scripts/services/rabbitmq.ts';
import type { StoredRecord } from '../../log/record.ts';
import type { Application } from '../../runtime/application.ts';
import { ordering, OrderPlaced } from '../../runtime/fixtures/heard-ordering.ts';
import { start, until as untilWithin } from '../../runtime/fixtures/start.ts';
import { postgres } from '../postgres/postgres-store.ts';
import { sharedListening } from './fixtures/shared-listening.ts';
import { rabbitmq } from './rabbitmq-backbone.ts';

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const COUNTERS = Array.from({ length: 40 }, (_, number) => `c-${number}`);
/** More than what comes ahead, so that some is in the queue, some under way, and some in hand. */
const BURST = 300;

const databases = await sharedPostgres();
let server: RabbitmqServer;
before(async () => {
  server = await startRabbitmq();
});
after(() => server?.close());

for (const [how, signal] of [
  ['killed', 'SIGKILL'],
  ['stopped', 'SIGTERM'],
] as const)
  test(`when the process that takes in is ${how}, the other one goes on long before its lease is over`, async (t) => {
    const { taker, other, publish, checkAll } = await scene(t, how, LONG_LEASE_MS);
    await publish(BURST);

    taker.process.kill(signal);
    const endedAt = performance.now();
    await publish(BURST);
    await other.echoesSome();
    await until(() => other.takenAt > 0);
    await publish(BURST);

    const tookMs = other.takenAt - endedAt;
    assert.ok(tookMs < LONG_LEASE_MS, `It took ${tookMs} ms.`);
    await checkAll();
  });

test('when the process that takes in stands still, only what comes in waits, for three heartbeats at most', async (t) => {
  const { taker, other, publish, checkAll } = await scene(t, 'still', SHORT_LEASE_MS);
  await publish(BURST);

  taker.process.kill('SIGSTOP');
  const stoodAt = performance.now();
  await other.echoesSome();
  const takenByThen = other.takenAt;
  await publish(BURST);
  await until(() => other.takenAt > 0);
  // It does not know yet that its part is somebody else's.
  taker.process.kill('SIGCONT');
  await publish(BURST);

  assert.equal(takenByThen, 0);
  const tookMs = other.takenAt - stoodAt;
  assert.ok(tookMs < 3 * HEARTBEAT_MS + SLOW_MS, `It took ${tookMs} ms.`);
  await checkAll();
});

/** Processes of a context look at each other four times within a lease. */
const LONG_LEASE_MS = 40_000;
/** Over before the server misses anybody. */
const SHORT_LEASE_MS = 2_000;
const HEARTBEAT_MS = 10_000;
/** What a busy machine may take longer. */
const SLOW_MS = 10_000;

async function scene(t: TestContext, prefix: string, leaseMs: number) {
  const { url } = server;
  const database = await databases.createDatabase();
  const map = [ordering, sharedListening(() => undefined).context];
  const publisher = await start(t, map, {
    only: ['ordering'],
    backbone: rabbitmq({ url, prefix }),
  });
  const both = [
    await listeningProcess(t, [database, String(leaseMs), url, prefix]),
    await listeningProcess(t, [database, String(leaseMs), url, prefix]),
  ];
  // Each has its part by now: a share of the keys, and one of them what comes in.
  await wait(1_000);
  let published = 0;
  const publish = async (count: number): Promise<void> => {
    await publishNotes(publisher, published, count);
    published += count;
  };
  await publish(1);
  await until(() => both.some(({ takenAt }) => takenAt > 0));
  const taker = both.find(({ takenAt }) => takenAt > 0);
  const other = both.find(({ takenAt }) => takenAt === 0);
  assert.ok(taker !== undefined && other !== undefined);
  return { taker, other, publish, checkAll: () => checkAll(database, published) };
}

/** Each message goes to every key. */
async function publishNotes(publisher: Application, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1)
    await publisher.transaction(ordering, (tx) => {
      for (const orderId of KEYS) tx.publish(OrderPlaced, { orderId, note: String(number) });
    });
}

async function listeningProcess(t: TestContext, options: readonly string[]) {
  const file = join(import.meta.dirname, 'fixtures/shared-listening-process.ts');
  const child = spawn(process.execPath, ['-C', 'thereupon-source', file, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => ended(child));
  const running = Promise.withResolvers<void>();
  const echoed = new Set<string>();
  const listening = {
    process: child,
    /** When it first took something in; 0 before. */
    takenAt: 0,
    /** It is told to count, and echoes what of it is its own. */
    async echoesSome(): Promise<void> {
      for (const id of COUNTERS) child.stdin.write(`${id}\n`);
      await until(() => echoed.size > COUNTERS.length / 8);
    },
  };
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'running') running.resolve();
    else if (line === 'taken') listening.takenAt ||= performance.now();
    else echoed.add(line);
  });
  await running.promise;
  return listening;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Everything was taken in once, and written once, in order by key. */
async function checkAll(database: string, published: number): Promise<void> {
  const reader = await postgres(database).reader('listening');
  const notesOf = async (type: string): Promise<Record<string, readonly string[]>> => {
    const notes: Record<string, string[]> = {};
    let page: readonly StoredRecord[] = [];
    do {
      const bound = { after: page.at(-1)?.position ?? 0, limit: 1_000 };
      page = await reader.read({ ...bound, types: [type] });
      for (const record of page) {
        const { note = '' } = JSON.parse(record.data) as { note?: string };
        (notes[keyOf(record)] ??= []).push(note);
      }
    } while (page.length > 0);
    return notes;
  };
  const count = (notes: Record<string, readonly string[]>): number =>
    Object.values(notes).flat().length;
  try {
    await until(async () => count(await notesOf('Written')) >= published * KEYS.length, 120_000);
    const all = Array.from({ length: published }, (_, number) => String(number));
    const wanted = Object.fromEntries(KEYS.map((key) => [key, all]));
    assert.deepEqual(await notesOf(OrderPlaced.name), wanted);
    assert.deepEqual(await notesOf('Written'), wanted);
  } finally {
    await reader.close();
  }
}

function keyOf({ stream, key }: StoredRecord): string {
  return stream?.replace('ledger/', '') ?? key;
}

/** A server beside many others on a busy machine takes its time. */
function until(holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  return untilWithin(holds, timeoutMs);
}

/**
 * Kills a working process with `kill -9` at random moments, again and again, and starts it anew
 * each time. In the end everything that was acknowledged is there, all of it is done, and nothing
 * was done twice.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlite } from '../adapters/sqlite/sqlite-store.ts';
import type { LogReader } from '../log/log.ts';
import { assertAllDoneOnce, assertChargedOnce } from './fixtures/shop-books.ts';

const KILLS = 24;
const child = join(import.meta.dirname, 'fixtures', 'killed-shop.ts');

interface Orders {
  readonly sent: Set<string>;
  readonly acknowledged: Set<string>;
}

test('kill -9 at random moments: nothing acknowledged is lost, nothing is done twice', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'thereupon-killed-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const orders: Orders = { sent: new Set(), acknowledged: new Set() };

  let interrupted = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await live(directory, orders, { mode: 'go-on', killAfterMs: Math.random() * 150 });
    const found = await inFlight(directory, orders);
    console.log(`kill ${kill}: ${orders.acknowledged.size} orders; in flight: ${text(found)}`);
    // A command in flight is not enough: something must have been half way through the contexts.
    const { commands: _, ...halfWay } = found;
    if (Object.values(halfWay).some((count) => count > 0)) interrupted += 1;
  }
  await live(directory, orders, { mode: 'finish' });

  console.log(`${interrupted} of ${KILLS} kills interrupted something`);
  assert.ok(interrupted >= KILLS / 2, 'most of the kills interrupted something');
  await assertAllDoneOnce(directory, orders.sent);
  assertChargedOnce(orders.sent, chargesIn(directory));
});

/** One life of the process, until it is killed, or until it has finished. */
function live(
  directory: string,
  { sent, acknowledged }: Orders,
  { mode, killAfterMs }: { mode: 'go-on' | 'finish'; killAfterMs?: number },
): Promise<void> {
  const again = [...sent].filter((id) => !acknowledged.has(id));
  const first = String(sent.size + 1);
  const life = fork(child, [directory, mode, first, ...again], {
    execArgv: ['--conditions=thereupon-source', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    life.on('message', (message: { started?: true; sent?: string; acknowledged?: string }) => {
      if (message.sent !== undefined) sent.add(message.sent);
      if (message.acknowledged !== undefined) acknowledged.add(message.acknowledged);
      if (message.started && killAfterMs !== undefined)
        setTimeout(() => life.kill('SIGKILL'), killAfterMs);
    });
    life.on('error', reject);
    life.on('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve();
      else reject(new Error(`The process ended with code ${code}, signal ${signal}.`));
    });
  });
}

/** What the process was about when it was killed. */
async function inFlight(directory: string, { sent, acknowledged }: Orders) {
  const ordering = await sqlite(directory).reader('ordering');
  const billing = await sqlite(directory).reader('billing');
  try {
    return {
      commands: sent.size - acknowledged.size,
      waiting:
        (await ordering.waiting({ limit: 10_000 })).length +
        (await billing.waiting({ limit: 10_000 })).length,
      'records not handled': (await notHandled(ordering)) + (await notHandled(billing)),
      'messages not taken in':
        (await notTakenIn(ordering, billing)) + (await notTakenIn(billing, ordering)),
    };
  } finally {
    await ordering.close();
    await billing.close();
  }
}

/** Records that some subscription has not passed; a checkpoint may lag where there is nothing to do. */
async function notHandled(log: LogReader): Promise<number> {
  const wanted: Record<string, readonly string[]> = {
    'order-book@1': ['OrderPlaced', 'OrderConfirmed'],
    'confirm when paid': ['billing.PaymentCompleted'],
    'ask for payment': ['ordering.OrderPlaced'],
    charge: ['PaymentRequested'],
  };
  let count = 0;
  for (const { subscription, position } of await log.checkpoints()) {
    const types = wanted[subscription];
    if (types === undefined) continue;
    count += (await log.read({ after: position, limit: 10_000, types })).length;
  }
  return count;
}

async function notTakenIn(from: LogReader, into: LogReader): Promise<number> {
  const published = await from.read({ after: 0, limit: 100_000, directions: ['outgoing'] });
  const taken = await into.received(
    from.context,
    published.map(({ id }) => id),
  );
  return published.length - taken.size;
}

function chargesIn(directory: string): string[] {
  return readFileSync(join(directory, 'charges.txt'), 'utf8').trimEnd().split('\n');
}

function text(counts: object): string {
  return Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

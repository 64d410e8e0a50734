/**
 * `npm run proof -- --orders FILE [--kills N] [--data DIR] [--seed N]`: what takes too long for the
 * tests. Replays an order file twice, each time in a process of its own: once in peace, measured;
 * once killed by SIGKILL at N random moments and begun again each time. Both must balance, both
 * must come to the same, document by document, and no kill may lose what was acknowledged.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runAudit, type Audit } from './audit/audit.ts';
import {
  allDocuments,
  bytesAcknowledged,
  inFlight,
  kill,
  lostInvoices,
  startReplay,
} from './killed-shop-fixture.ts';
import { seededDice } from './replay/dice.ts';

const LOOK_MS = 200;

const { values } = parseArgs({
  options: {
    orders: { type: 'string' },
    kills: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1912' },
    data: { type: 'string', default: join(tmpdir(), 'thereupon-proof') },
  },
});
if (values.orders === undefined || !existsSync(values.orders)) {
  console.error('Usage: npm run proof -- --orders FILE [--kills N] [--data DIR] [--seed N]');
  process.exit(2);
}
await prove(values.orders, Number(values.kills));

async function prove(orders: string, kills: number): Promise<void> {
  const peaceful = join(values.data, 'peaceful');
  const killed = join(values.data, 'killed');
  rmSync(values.data, { recursive: true, force: true });

  console.log(`replaying ${orders} in peace …`);
  const measured = await replayMeasured(peaceful, orders);
  console.log(measured);
  const audit = balanced(peaceful);

  const interrupting = await replayKilled(killed, orders, {
    kills,
    bytes: bytesAcknowledged(peaceful),
  });
  console.log(`${interrupting} of ${kills} kills interrupted something`);
  assert.deepEqual(figures(balanced(killed)), figures(audit));
  assert.deepEqual(allDocuments(killed), allDocuments(peaceful));
  console.log(`both balance (${audit.equations.length} equations), and all documents are the same`);
  console.log(`${interrupting * 2 >= kills ? '2 passed, 0 failed' : '1 passed, 1 failed'}`);
  if (interrupting * 2 < kills) process.exitCode = 1;
}

/** Answers with its time and the most memory that it had, its gateway not counted. */
async function replayMeasured(data: string, orders: string): Promise<string> {
  const begun = performance.now();
  const { child, output } = startReplay(data, orders);
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let peakMib = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peakMib = peakMemoryMib(child) ?? peakMib;
    await Promise.race([ended, wait(LOOK_MS)]);
  }
  const seconds = (performance.now() - begun) / 1_000;
  assert.equal(child.exitCode, 0, output());
  const rate = /replaying (\d+)\/\d+ in (.*) on the average/.exec(output())?.[0] ?? '';
  return `${rate}; ${seconds.toFixed(1)} s from start to exit, at most ${peakMib} MiB`;
}

/** What the system remembers of a process; undefined where it does not, or when it has ended. */
function peakMemoryMib({ pid }: ChildProcess): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1_024);
  } catch {
    return undefined;
  }
}

/** Kills at moments spread by chance over the whole of it. Answers how many interrupted something. */
async function replayKilled(
  data: string,
  orders: string,
  { kills, bytes }: { readonly kills: number; readonly bytes: number },
): Promise<number> {
  const dice = seededDice(Number(values.seed));
  const moments = Array.from({ length: kills }, () => dice.between(0, bytes)).toSorted(
    (a, b) => a - b,
  );
  let interrupting = 0;
  for (const [index, moment] of moments.entries()) {
    const { child, output } = startReplay(data, orders);
    while (bytesAcknowledged(data) < moment && child.exitCode === null) await wait(1);
    await wait(dice.between(0, 20));
    assert.ok(await kill(child), `it had ended before:\n${output()}`);
    assert.deepEqual(lostInvoices(data), []);
    const { openOrders, messages, waiting } = inFlight(data);
    if (openOrders + messages + waiting > 0) interrupting += 1;
    console.log(
      `kill ${index + 1} at ${((100 * moment) / bytes).toFixed(0)} %: ${openOrders} orders open, ` +
        `${messages} messages under way, ${waiting} rows waiting; nothing acknowledged is lost`,
    );
  }
  const { child, output } = startReplay(data, orders);
  await once(child, 'exit');
  assert.equal(child.exitCode, 0, output());
  assert.deepEqual(lostInvoices(data), []);
  return interrupting;
}

function balanced(data: string): Audit {
  const audit = runAudit(data);
  assert.ok(audit.isBalanced, `the books of ${data} do not balance`);
  return audit;
}

/** But for how often the gateway was asked, which is more when somebody is killed. */
function figures({ equations }: Audit) {
  return equations
    .filter(({ name }) => !name.includes('request'))
    .map(({ name, left, right }) => [name, left.value, right.value]);
}

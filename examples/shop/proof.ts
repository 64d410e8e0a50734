/**
 * `npm run proof -- --orders FILE`: what takes too long for the tests. Replays an order file twice, each time in a process of its own: once in peace, measured;
 * once killed by SIGKILL at N random moments and begun again each time. Both must balance, both
 * must come to the same, document by document, and no kill may lose what was acknowledged.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runAudit, type Audit } from './audit/audit.ts';
import { beginAnew } from './data-directory.ts';
import { failureInWords } from './failure-in-words.ts';
import {
  allDocuments,
  bytesAcknowledged,
  inFlight,
  kill,
  lostInvoices,
  startReplay,
} from './killed-shop-fixture.ts';
import { OptionError } from './option-error.ts';
import { readOptions, wholeNumber } from './read-options.ts';
import { seededDice } from './replay/dice.ts';
import { readOrders } from './replay/read-orders.ts';

const LOOK_MS = 200;

const help = `Usage: npm run proof -- --orders FILE [options]

Replays an order file in peace, measured, and once more killed by SIGKILL again and again: nothing
that was acknowledged may be lost, both must balance, and come to the same, document by document.

  --orders FILE   the order file (.csv or .csv.gz)
  --kills N       how often it is killed, 1 to 1000; default 5
  --seed N        the same seed gives the same moments; default 1912
  --data DIR      where both replays keep their data, "peaceful" and "killed", which begin anew;
                  default ${join(tmpdir(), 'thereupon-proof')}
  --help          this text

Exits with 0 when all of that is so, 1 when something is not, 2 when it could not be tried.
`;

const options = {
  orders: { type: 'string' },
  kills: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1912' },
  data: { type: 'string', default: join(tmpdir(), 'thereupon-proof') },
  help: { type: 'boolean', default: false },
} as const;

type Wanted = {
  readonly orders: string;
  readonly peaceful: string;
  readonly killed: string;
  readonly kills: number;
  readonly seed: number;
};

const wanted = await prepare().catch((error: unknown) => {
  process.stderr.write(`Cannot prove anything: ${failureInWords(error)}\n`);
  process.exitCode = 2;
});
if (wanted !== undefined) await prove(wanted);

/** Undefined when only help was asked for. */
async function prepare(): Promise<Wanted | undefined> {
  const { orders, data, help: isHelp, ...values } = readOptions(process.argv.slice(2), options);
  if (isHelp) return void process.stdout.write(help);
  if (orders === undefined) throw new OptionError('--orders', 'FILE is missing');
  const kills = wholeNumber('--kills', values.kills, { min: 1, max: 1_000 });
  const seed = wholeNumber('--seed', values.seed, { min: 0, max: 2 ** 32 - 1 });
  const { count } = await readOrders(orders);
  if (count === 0) throw new OptionError('--orders', `"${orders}" has no order in it`);
  const peaceful = join(data, 'peaceful');
  const killed = join(data, 'killed');
  for (const directory of [peaceful, killed]) await beginAnew(directory);
  return { orders, peaceful, killed, kills, seed };
}

async function prove({ orders, peaceful, killed, kills, seed }: Wanted): Promise<void> {
  console.log(`replaying ${orders} in peace …`);
  const measured = await replayMeasured(peaceful, orders);
  console.log(measured);
  const audit = balanced(peaceful);

  const bytes = bytesAcknowledged(peaceful);
  const interrupting = await replayKilled(killed, orders, { kills, seed, bytes });
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
  { kills, seed, bytes }: Readonly<Record<'kills' | 'seed' | 'bytes', number>>,
): Promise<number> {
  const dice = seededDice(seed);
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

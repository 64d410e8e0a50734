/**
 * A replay is killed at random moments, many times, and begun again each time. What it was told is
 * durable is in the log after each kill, and at the end the shop is, document by document, what it
 * is without any kill.
 *
 * `KILLS=100 npm test -- examples/shop/killed-shop.test.ts` kills more often.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { bytesAcknowledged, kill, startReplay } from './killed-shop-fixture.ts';
import {
  allDocuments,
  inFlight,
  isSomething,
  lostInvoices,
  type InFlight,
} from './left-behind-fixture.ts';
import { seededDice } from './replay/dice.ts';
import { madeOrders } from './replay/made-orders.ts';

const kills = Number(process.env['KILLS'] ?? 8);
const dice = seededDice(1912);

let directory: string;
let orders: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-killed-'));
  orders = join(directory, 'orders.csv');
  const lines = [...madeOrders({ invoices: 25 * kills })].map((line, index) =>
    index % 50 === 25 ? wanted100Times(line) : line,
  );
  await writeFile(orders, lines.join(''));
});
after(() => rm(directory, { recursive: true, force: true }));

test('a replay that is killed at random moments comes to what it comes to without', async () => {
  const quiet = join(directory, 'quiet');
  const killed = join(directory, 'killed');

  await replayToTheEnd(quiet);
  const waited = Object.keys(
    (await allDocuments({ directory: quiet }))['inventory shortages'] ?? {},
  ).length;
  assert.ok(waited > 0, 'no order waited for goods');
  let interrupting = 0;
  for (let count = 1; count <= kills; count++) {
    const found = await replayUntilKilled(killed);
    console.log(`kill ${count}: ${describe(found)}`);
    assert.deepEqual(await lostInvoices({ directory: killed }), []);
    if (found !== undefined && isSomething(found)) interrupting += 1;
  }
  const last = await replayUntilKilled(killed, bytesAcknowledged(quiet));
  console.log(`kill at the end of the file: ${describe(last)}`);
  await replayToTheEnd(killed);

  assert.deepEqual(await lostInvoices({ directory: killed }), []);
  assert.deepEqual(
    await allDocuments({ directory: killed }),
    await allDocuments({ directory: quiet }),
  );
  console.log(`${interrupting} of ${kills} kills interrupted something`);
  assert.ok(
    interrupting >= kills / 2,
    `only ${interrupting} of ${kills} kills interrupted anything`,
  );
});

/** Kills it some invoices and some milliseconds further on. Undefined when it had ended before. */
async function replayUntilKilled(
  data: string,
  further = bytesAcknowledged(data) + bytesOfInvoice * dice.between(1, 20),
): Promise<InFlight | undefined> {
  const { child, output } = startReplay({ directory: data }, orders);
  while (bytesAcknowledged(data) < further && child.exitCode === null) await wait(1);
  await wait(dice.between(0, 20));
  const isKilled = await kill(child);
  if (!isKilled) assert.equal(child.exitCode, 0, output());
  return isKilled ? inFlight({ directory: data }) : undefined;
}

const bytesOfInvoice = JSON.stringify({ kind: 'order', id: '700002' }).length + 1;

async function replayToTheEnd(data: string): Promise<void> {
  const { child, output } = startReplay({ directory: data }, orders);
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, `the books do not balance:\n${output()}`);
}

/** A sale of so much that the shelf is too empty for it. */
function wanted100Times(line: string): string {
  return line.replace(/,(\d+)(?=,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,)/, (_, units) => `,${units}00`);
}

function describe(found: InFlight | undefined): string {
  if (found === undefined) return 'it had ended before';
  const { openOrders, messages, waiting } = found;
  return `${openOrders} orders open, ${messages} messages under way, ${waiting} rows waiting`;
}

/**
 * Two files that share half of their invoices, some of them with another quantity, and a kill -9 in
 * the middle of the first: whichever file delivers an invoice first, that is the order, once. A
 * delivery that differs is named by its line.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { runAudit } from './audit/audit.ts';
import { bytesAcknowledged, kill, startReplay } from './killed-shop-fixture.ts';
import { deliveries, lostInvoices } from './left-behind-fixture.ts';
import { isChargeCode } from './replay/charge-codes.ts';
import { madeOrders } from './replay/made-orders.ts';

/** The one number before a date. */
const quantity = /,(-?\d+)(?=,\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,)/;

const [header = '', ...year] = madeOrders({ invoices: 360 });
const invoices = [...new Set(year.map(invoiceOf))];
const third = invoices.length / 3;
const shared = new Set(invoices.slice(third, 2 * third));
const changed = [...shared].filter((invoice) => Number(invoice) % 2 === 0 && isSale(invoice));

const first = [header, ...linesOf(invoices.slice(0, 2 * third))];
const second = [header, ...linesOf(invoices.slice(third))];
for (const invoice of changed) {
  const at = lineNumberOf(second, invoice) - 1;
  second[at] = withQuantity(second[at] ?? '', quantityOf(invoice) + 1);
}

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-overlapping-'));
});
after(() => rm(directory, { recursive: true, force: true }));

test('of files that overlap, over a kill, the first delivery of an invoice wins, and once', async () => {
  const data = join(directory, 'data');
  const firstFile = join(directory, 'first.csv');
  const secondFile = join(directory, 'second.csv');
  await writeFile(firstFile, first.join(''));
  await writeFile(secondFile, second.join(''));

  await killInTheMiddle(data, firstFile);
  assert.deepEqual(await lostInvoices({ directory: data }), []);
  const beforeKill = await deliveries({ directory: data });
  const ofSecond = await replayToTheEnd(data, secondFile);
  const ofFirst = await replayToTheEnd(data, firstFile);
  const { recordCount } = await runAudit({ directory: data });
  const ofFirstAgain = await replayToTheEnd(data, firstFile);

  const early = changed.filter((invoice) => beforeKill.has(`order/${invoice}`));
  const late = changed.filter((invoice) => !beforeKill.has(`order/${invoice}`));
  console.log(`${early.length} of ${changed.length} were delivered before the kill`);
  assert.ok(early.length > 0 && late.length > 0, 'the kill was not in the middle');
  assert.deepEqual(refusals(ofSecond), expectedRefusals(second, early));
  assert.deepEqual(refusals(ofFirst), expectedRefusals(first, late));
  assert.deepEqual(refusals(ofFirstAgain), expectedRefusals(first, late));
  assert.equal((await runAudit({ directory: data })).recordCount, recordCount);

  const delivered = await deliveries({ directory: data });
  assert.deepEqual(
    [...delivered].filter(([, quantities]) => quantities.length !== 1),
    [],
    'an invoice was placed twice',
  );
  assert.deepEqual(
    invoices.filter((invoice) => isSale(invoice) && !delivered.has(`order/${invoice}`)),
    [],
    'an invoice was not placed',
  );
  const expected = [
    ...early.map((invoice) => [invoice, [quantityOf(invoice)]]),
    ...late.map((invoice) => [invoice, [quantityOf(invoice) + 1]]),
  ];
  assert.deepEqual(
    expected.map(([invoice]) => [invoice, delivered.get(`order/${String(invoice)}`)]),
    expected,
    'a later delivery won',
  );
});

/** When half of what the files share is acknowledged. */
async function killInTheMiddle(data: string, orders: string): Promise<void> {
  const bytesOfInvoice = JSON.stringify({ kind: 'order', id: '700002' }).length + 1;
  const { child, output } = startReplay({ directory: data }, orders);
  const isInTheMiddle = (): boolean => bytesAcknowledged(data) > 1.5 * third * bytesOfInvoice;
  while (!isInTheMiddle() && child.exitCode === null) await wait(1);
  assert.ok(await kill(child), `it had ended before:\n${output()}`);
}

/** Exits with 0 only when the books balance. */
async function replayToTheEnd(data: string, orders: string): Promise<string> {
  const { child, output } = startReplay({ directory: data }, orders);
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, output());
  return output();
}

function refusals(output: string): string[] {
  const found = output.matchAll(/^(line \d+: order \d+) was not taken: .* was used before/gm);
  return [...found].map(([, order = '']) => order).toSorted();
}

function expectedRefusals(file: readonly string[], orders: readonly string[]): string[] {
  return orders.map((order) => `line ${lineNumberOf(file, order)}: order ${order}`).toSorted();
}

function invoiceOf(line: string): string {
  return line.slice(0, line.indexOf(','));
}

function linesOf(some: readonly string[]): string[] {
  const wanted = new Set(some);
  return year.filter((line) => wanted.has(invoiceOf(line)));
}

function lineNumberOf(file: readonly string[], invoice: string): number {
  return file.findIndex((line) => invoiceOf(line) === invoice) + 1;
}

/** Whether its first line sells goods. */
function isSale(invoice: string): boolean {
  const [, code = '', units, price] = /^\d+,([^,]+),.*,(-?\d+),[^,]+,([\d.]+),[^,]*,[^,]*$/.exec(
    year[lineNumberOf(year, invoice) - 1]?.trimEnd() ?? '',
  ) ?? [''];
  return Number(units) > 0 && Number(price) > 0 && !isChargeCode(code.toUpperCase());
}

/** Of its first line. */
function quantityOf(invoice: string): number {
  return Number(quantity.exec(year[lineNumberOf(year, invoice) - 1] ?? '')?.[1]);
}

function withQuantity(line: string, units: number): string {
  return line.replace(quantity, `,${units}`);
}

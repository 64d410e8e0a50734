import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeOrders } from './made-orders.ts';
import { orderFiles } from './order-fixture.ts';
import { planReplay } from './plan-replay.ts';
import { readOrders, type BadLine } from './read-orders.ts';
import { summarizeReplay } from './replay-summary.ts';

const orderFile = orderFiles();

test('the same seed makes the same file, another seed another', () => {
  const text = (seed: number) => [...madeOrders({ invoices: 100, seed })].join('');

  assert.equal(text(7), text(7));
  assert.notEqual(text(7), text(8));
});

test('it makes as many invoices as are asked for', () => {
  for (const invoices of [1, 2, 37, 400]) {
    const [, ...lines] = [...madeOrders({ invoices })];
    assert.equal(new Set(lines.map((line) => line.split(',')[0])).size, invoices);
  }
});

test('one invoice is an order', async () => {
  const path = await orderFile([...madeOrders({ invoices: 1 })].join(''));

  assert.equal(planReplay(await readOrders(path)).orderCount, 1);
});

test('every line of it can be read, and every rule of the replay has something to do', async () => {
  const badLines: BadLine[] = [];
  const path = await orderFile([...madeOrders({ invoices: 1000 })].join(''));

  const lines = await readOrders(path, { onBadLine: (badLine) => badLines.push(badLine) });
  const plan = planReplay(lines);

  assert.deepEqual(badLines, []);
  assert.deepEqual(plan.remarks, []);
  const counts = Object.entries(summarizeReplay(plan)).filter(([name]) => name !== 'remarks');
  const idle = counts.filter(([, count]) => count === 0);
  assert.deepEqual(idle, []);
});

test('it holds what makes reading hard', () => {
  const [, ...lines] = [...madeOrders({ invoices: 1000 })];
  const rows = lines.map((line) => line.replace(/"(""|[^"])*"/, 'quoted').split(','));
  const column = (at: number) => rows.map((row) => row[at] ?? '');
  const numbers = column(0).map((invoice) => Number(invoice.replace(/\D/, '')));
  const isBefore = (at: number) => (numbers[at] as number) < (numbers[at - 1] as number);
  const blocks = column(0).filter((invoice, at) => invoice !== rows[at - 1]?.[0]);
  const times = new Set(rows.map((row) => `${row[0]} ${row[4]}`));

  assert.ok(
    lines.some((line) => line.includes('"')),
    'quotes',
  );
  assert.ok(
    lines.some((line) => line.includes('£')),
    'a character outside ASCII',
  );
  assert.ok(new Set(lines).size < lines.length, 'lines that stand twice');
  assert.ok(
    column(1).some((code) => /^\d+[a-c]$/.test(code)),
    'codes in small letters',
  );
  assert.ok(
    column(2).some((description) => description.endsWith(' ')),
    'trailing blanks',
  );
  assert.ok(column(5).includes('0.001'), 'a price of a tenth of a penny');
  assert.ok(column(6).includes(''), 'lines without customer');
  assert.ok(
    numbers.some((_, at) => at > 0 && isBefore(at)),
    'numbers that go back',
  );
  assert.ok(blocks.length > new Set(blocks).size, 'an invoice in two blocks');
  assert.ok(times.size > new Set(column(0)).size, 'an invoice with two times');
});

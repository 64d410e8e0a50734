import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Happening } from './happening.ts';
import { firstEdition, orderFiles } from './order-fixture.ts';
import { planReplay } from './plan-replay.ts';
import { readOrders } from './read-orders.ts';
import { summarizeReplay } from './replay-summary.ts';

const orderFile = orderFiles();

/** Each line: invoice, code, quantity, day and time in December 2010, price, customer. */
async function planOf(...rows: readonly string[]) {
  const lines = rows.map((row) => {
    const [invoice, code, quantity, time, price, customer = ''] = row.split(/\s*\|\s*/);
    return `${invoice},${code},ABOUT ${code} ,${quantity},2010-12-${time}:00,${price},${customer},France`;
  });
  return planReplay(await readOrders(await orderFile([firstEdition, ...lines].join('\n'))));
}

async function happeningsOf<Kind extends Happening['kind']>(kind: Kind, ...rows: string[]) {
  const plan = await planOf(...rows);
  const all = [...plan.minutes()].flatMap((minute) => minute.happenings);
  return all.filter((each): each is Extract<Happening, { kind: Kind }> => each.kind === kind);
}

test('a sale is an order: its goods, its charges and a total of rounded lines', async () => {
  const [order, ...others] = await happeningsOf(
    'order',
    '536365 | 85123a | 6 | 01 08:26 | 2.55 | 17850',
    '536365 | POST   | 1 | 01 08:26 | 18   | 17850',
    '536365 | 84879  | 5 | 01 08:26 | 0.001| 17850',
  );

  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...order, fingerprint: undefined },
    {
      kind: 'order',
      orderId: '536365',
      customerId: '17850',
      country: 'France',
      lines: [
        { productId: '85123A', quantity: 6, unitPriceMils: 2550, amountPence: 1530 },
        { productId: '84879', quantity: 5, unitPriceMils: 1, amountPence: 1 },
      ],
      charges: [{ code: 'POST', amountPence: 1800 }],
      totalPence: 3331,
      firstLine: 2,
      fingerprint: undefined,
    },
  );
});

test('every charge code is paid and not stocked, in upper and in lower case', async () => {
  const codes = ['POST', 'dot', 'M', 'm', 'D', 'C2', 'S', 'B', 'PADS', 'CRUK', 'BANK CHARGES'];
  codes.push('AMAZONFEE', 'gift_0001_20', 'GIFT_X');
  const rows = codes.map((code) => `536365 | ${code} | 1 | 01 08:26 | 2`);

  const [order] = await happeningsOf('order', ...rows);

  assert.deepEqual(order?.lines, []);
  assert.deepEqual(
    order?.charges.map((charge) => charge.code),
    codes.map((code) => code.toUpperCase()),
  );
});

test('goods whose codes only begin like a charge are goods', async () => {
  const [order] = await happeningsOf(
    'order',
    '536365 | POSTER | 1 | 01 08:26 | 2',
    '536365 | DCGS0003 | 1 | 01 08:26 | 2',
    '536365 | GIFT | 1 | 01 08:26 | 2',
  );

  assert.equal(order?.charges.length, 0);
});

test('a sale without customer is a guest’s', async () => {
  const [order] = await happeningsOf('order', '536365 | 85123A | 6 | 01 08:26 | 2.55');

  assert.equal(order?.customerId, null);
});

test('the same product twice in an order stays two lines, each at its price', async () => {
  const [order] = await happeningsOf(
    'order',
    '536365 | 85123A | 6 | 01 08:26 | 2.55 | 17850',
    '536365 | 85123a | 1 | 01 08:26 | 4.95 | 17850',
  );

  assert.deepEqual(
    order?.lines.map((line) => [line.productId, line.amountPence]),
    [
      ['85123A', 1530],
      ['85123A', 495],
    ],
  );
});

test('an invoice in two blocks and with two times is one order at its first time', async () => {
  const plan = await planOf(
    '2 | A1 | 1 | 01 08:26 | 1 | 7',
    '1 | A1 | 1 | 01 08:27 | 1 | 7',
    '2 | A2 | 1 | 01 08:28 | 1 | 7',
  );

  const orders = [...plan.minutes()].map(({ at, happenings }) => [
    at,
    happenings.flatMap((each) => (each.kind === 'order' ? [each.orderId, each.totalPence] : [])),
  ]);

  assert.deepEqual(orders, [
    ['2010-12-01T08:26:00.000Z', ['2', 200]],
    ['2010-12-01T08:27:00.000Z', ['1', 100]],
  ]);
});

test('an invoice worth nothing is an adjustment with the sign of the file', async () => {
  const rows = ['1 | A1 | 5 | 01 08:26 | 0 | 7', '1 | POST | 1 | 01 08:26 | 0 | 7'];
  const [adjustment] = await happeningsOf('adjustment', ...rows);

  assert.equal(adjustment?.adjustmentId, '1');
  assert.deepEqual(adjustment?.lines, [{ productId: 'A1', quantity: 5 }]);
  assert.deepEqual(await happeningsOf('order', ...rows), []);
});

test('an invoice whose only price rounds to nothing is worth nothing', async () => {
  assert.equal((await happeningsOf('adjustment', '1 | A1 | 4 | 01 08:26 | 0.001 | 7')).length, 1);
  assert.equal((await happeningsOf('order', '1 | A1 | 5 | 01 08:26 | 0.001 | 7')).length, 1);
});

test('a negative line without C is an adjustment', async () => {
  const [adjustment] = await happeningsOf('adjustment', '1 | A1 | -9600 | 01 08:26 | 0');

  assert.deepEqual(adjustment?.lines, [{ productId: 'A1', quantity: -9600 }]);
});

test('goods without price and customer inside a sale are an adjustment beside the order', async () => {
  const rows = ['1 | A1 | 2 | 01 08:26 | 1.5', '1 | A2 | 3 | 01 08:26 | 0'];
  const [order] = await happeningsOf('order', ...rows);
  const [adjustment] = await happeningsOf('adjustment', ...rows);

  assert.deepEqual(
    order?.lines.map((line) => line.productId),
    ['A1'],
  );
  assert.deepEqual(adjustment?.lines, [{ productId: 'A2', quantity: 3 }]);
  assert.deepEqual([order?.firstLine, adjustment?.firstLine], [2, 3]);
});

test('goods without price for a customer who pays for others are part of the order', async () => {
  const [order] = await happeningsOf(
    'order',
    '1 | A1 | 2 | 01 08:26 | 1.5 | 7',
    '1 | A2 | 3 | 01 08:26 | 0 | 7',
  );

  assert.deepEqual(
    order?.lines.map((line) => line.amountPence),
    [300, 0],
  );
});

test('an invoice that begins with C is a return with positive quantities', async () => {
  const rows = ['c9 | a1 | -2 | 02 09:00 | 1.5 | 7', 'C9 | A2 | -1 | 02 09:00 | 1 | 7'];
  const [returned, ...others] = await happeningsOf('return', ...rows);

  assert.deepEqual(others, []);
  assert.equal(returned?.returnId, 'C9');
  assert.equal(returned?.customerId, '7');
  assert.deepEqual(returned?.lines, [
    { productId: 'A1', quantity: 2, lineNumber: 2 },
    { productId: 'A2', quantity: 1, lineNumber: 3 },
  ]);
});

test('an invoice that begins with A is reported as no order', async () => {
  const [entry] = await happeningsOf('not-an-order', 'A563186 | B | 1 | 02 09:00 | -11062.06');

  assert.equal(entry?.invoice, 'A563186');
  assert.equal(entry?.firstLine, 2);
  assert.match(entry?.reason ?? '', /A563186/);
});

test('lines that make no sense where they stand are left out and remarked on', async () => {
  const plan = await planOf(
    '1 | A1 | 1 | 01 08:26 | -1 | 7',
    '1 | POST | -1 | 01 08:26 | 1 | 7',
    '1 | A1 | 1 | 01 08:26 | 1 | 7',
    '1 | A1 | 1 | 01 08:26 | 1 | 8',
    'C2 | A1 | 1 | 01 08:26 | 1 | 7',
  );

  assert.deepEqual(
    plan.remarks.map((remark) => remark.lineNumber),
    [2, 3, 5, 6],
  );
  assert.equal(summarizeReplay(plan).ordersTotalPence, 200);
  assert.equal(summarizeReplay(plan).returns, 0);
});

test('minutes come in the order of time, invoices in the order of their first lines', async () => {
  const plan = await planOf(
    '9 | A1 | 1 | 02 09:00 | 1 | 7',
    '8 | A1 | 1 | 02 09:00 | 1 | 7',
    '7 | A1 | 1 | 01 09:00 | 1 | 7',
  );

  const order = [...plan.minutes()].map((minute) =>
    minute.happenings.flatMap((each) => (each.kind === 'order' ? each.orderId : [])),
  );

  assert.deepEqual(order, [['7'], ['9', '8']]);
});

test('a week is restocked once, before anything else of its first minute', async () => {
  const plan = await planOf(
    '1 | A1 | 1 | 24 09:00 | 1 | 7',
    '2 | A1 | 1 | 26 09:00 | 1 | 7',
    '3 | A1 | 1 | 27 09:00 | 2 | 7',
  );

  const kinds = [...plan.minutes()].map((minute) => minute.happenings.map((each) => each.kind));

  assert.deepEqual(kinds, [
    ['week-restock', 'price-listing', 'order'],
    ['order'],
    ['week-restock', 'price-listing', 'order'],
  ]);
});

test('a price is listed from the day’s first line that sells the product, and only a new one', async () => {
  const listed = await happeningsOf(
    'price-listing',
    '1 | A1 | 1 | 01 08:00 | 1.5 | 7',
    '1 | A1 | 1 | 01 08:00 | 9   | 7',
    '2 | A1 | 1 | 01 09:00 | 8   | 7',
    '3 | a1 | 1 | 02 08:00 | 1.5 | 7',
    '4 | A1 | 1 | 03 08:00 | 0   | 7',
    '4 | POST | 1 | 03 08:00 | 5 | 7',
    'C5 | A1 | -1 | 04 08:00 | 3 | 7',
    '6 | A1 | -1 | 04 08:00 | 0 | ',
    '7 | A1 | 1 | 04 09:00 | 2 | 7',
  );

  assert.deepEqual(
    listed.flatMap((each) => each.listings),
    [
      { productId: 'A1', description: 'ABOUT A1', unitPriceMils: 1500, lineNumber: 2 },
      { productId: 'A1', description: 'ABOUT A1', unitPriceMils: 2000, lineNumber: 10 },
    ],
  );
});

test('the prices of a day are listed together, when the day begins', async () => {
  const plan = await planOf(
    '1 | A1 | 1 | 01 08:00 | 1 | 7',
    '2 | A2 | 1 | 01 09:00 | 2 | 7',
    '3 | A3 | 1 | 02 08:00 | 3 | 7',
  );

  const listed = [...plan.minutes()].map(({ at, happenings }) => [
    at.slice(8, 16),
    happenings.flatMap((each) =>
      each.kind === 'price-listing' ? each.listings.map(({ productId }) => productId) : [],
    ),
  ]);

  assert.deepEqual(listed, [
    ['01T08:00', ['A1', 'A2']],
    ['01T09:00', []],
    ['02T08:00', ['A3']],
  ]);
});

test('the same delivery has the same fingerprint, wherever it stands in its file', async () => {
  const invoice = ['1 | A1 | 2 | 01 08:26 | 1.5 | 7', '1 | POST | 1 | 01 08:26 | 1 | 7'];
  const [alone] = await happeningsOf('order', ...invoice);
  const [, later] = await happeningsOf(
    'order',
    '0 | A1 | 1 | 01 08:00 | 1 | 7',
    ...invoice.map((row) => row.toLowerCase()),
  );

  assert.equal(later?.orderId, '1');
  assert.equal(alone?.fingerprint, later.fingerprint);
});

test('a delivery that differs in anything that counts has another fingerprint', async () => {
  const base = '1 | A1 | 2 | 01 08:26 | 1.5 | 7';
  const prints = new Set<string>();
  for (const rows of [
    [base],
    [base, base],
    ['1 | A2 | 2 | 01 08:26 | 1.5 | 7'],
    ['1 | A1 | 3 | 01 08:26 | 1.5 | 7'],
    ['1 | A1 | 2 | 01 08:27 | 1.5 | 7'],
    ['1 | A1 | 2 | 01 08:26 | 1.6 | 7'],
    ['1 | A1 | 2 | 01 08:26 | 1.5 | 8'],
    ['1 | A1 | 2 | 01 08:26 | 1.5 |'],
  ]) {
    const [order] = await happeningsOf('order', ...rows);
    prints.add(order?.fingerprint ?? assert.fail('there is no order'));
  }

  assert.equal(prints.size, 8);
});

test('a plan can be walked again and gives the same', async () => {
  const plan = await planOf('1 | A1 | 2 | 01 08:26 | 1.5 | 7', 'C2 | A1 | -1 | 01 08:26 | 1.5 | 7');

  assert.deepEqual([...plan.minutes()], [...plan.minutes()]);
});

test('the summary counts what the plan holds', async () => {
  const plan = await planOf(
    '1  | A1   | 2  | 01 08:26 | 1.5 | 7',
    '1  | POST | 1  | 01 08:26 | 1   | 7',
    '2  | POST | 1  | 01 08:27 | 1',
    'C3 | A1   | -1 | 02 08:26 | 1.5',
    '4  | A1   | -7 | 02 08:27 | 0',
    '5  | A1   | 8  | 08 08:28 | 0',
    'A6 | B    | 1  | 08 08:28 | -5',
  );

  assert.deepEqual(summarizeReplay(plan), {
    from: '2010-12-01T08:26:00.000Z',
    to: '2010-12-08T08:28:00.000Z',
    minutes: 5,
    weeks: 2,
    orders: 2,
    guestOrders: 1,
    orderLines: 3,
    ordersWithCharges: 2,
    ordersOfChargesOnly: 1,
    ordersTotalPence: 500,
    returns: 1,
    returnLines: 1,
    returnLinesWithoutCustomer: 1,
    adjustments: 2,
    adjustmentLines: 2,
    adjustedUpUnits: 8,
    adjustedDownUnits: 7,
    notOrders: 1,
    priceListings: 1,
    remarks: 0,
  });
});

import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { firstEdition, orderFiles } from './order-fixture.ts';
import type { OrderLines } from './order-lines.ts';
import { readOrders, type BadLine } from './read-orders.ts';

const orderFile = orderFiles();
const goodLine = '536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom';

function firstLineOf(lines: OrderLines) {
  return {
    invoice: lines.invoices.at(lines.invoice.at(0)),
    productId: lines.products.at(lines.product.at(0)),
    description: lines.descriptions.at(lines.description.at(0)),
    quantity: lines.quantity.at(0),
    unitPriceMils: lines.unitPriceMils.at(0),
    customerId: lines.customers.at(lines.customer.at(0)),
    country: lines.countries.at(lines.country.at(0)),
    lineNumber: lines.lineNumber.at(0),
  };
}

const expected = {
  invoice: '536365',
  productId: '85123A',
  description: 'WHITE HEART',
  quantity: 6,
  unitPriceMils: 2550,
  customerId: '17850',
  country: 'United Kingdom',
  lineNumber: 2,
};

test('the column names of the first edition are known', async () => {
  const lines = await readOrders(await orderFile(`${firstEdition}\n${goodLine}\n`));

  assert.deepEqual(firstLineOf(lines), expected);
});

test('the column names of the second edition are known, in any order, with others between', async () => {
  const path = await orderFile(
    '\uFEFF"Country",Customer ID,Price,InvoiceDate,Quantity,Extra,Description,stockcode,Invoice\r\n' +
      'United Kingdom,17850.0,2.55,2010-12-01 08:26:00,6,?,WHITE HEART  ,85123a, 536365\r\n',
  );

  assert.deepEqual(firstLineOf(await readOrders(path)), expected);
});

test('a gzipped file is read by what it is, not by its name', async () => {
  const zipped = gzipSync(`${firstEdition}\n${goodLine}\n`);

  for (const name of ['orders.csv.gz', 'orders.csv']) {
    assert.deepEqual(firstLineOf(await readOrders(await orderFile(zipped, name))), expected);
  }
});

test('each kind of bad line is reported with its number and reason, and the rest goes on', async () => {
  const badLines: BadLine[] = [];
  const path = await orderFile(
    [
      firstEdition,
      ',85123A,,6,2010-12-01 08:26:00,2.55,,France',
      '536365,,,6,2010-12-01 08:26:00,2.55,,France',
      '536365,85123A,,six,2010-12-01 08:26:00,2.55,,France',
      '536365,85123A,,0,2010-12-01 08:26:00,2.55,,France',
      '536365,85123A,,6,2010-12-32 08:26:00,2.55,,France',
      '536365,85123A,,6,2010-12-01 08:26:00,2.5555,,France',
      '536365,85123A,,6,2010-12-01 08:26:00',
      '536365,85123A,"HEART,6,2010-12-01 08:26:00,2.55,,France',
      `536365,${'9'.repeat(65)},,6,2010-12-01 08:26:00,2.55,,France`,
      goodLine,
    ].join('\n'),
  );

  const lines = await readOrders(path, { onBadLine: (badLine) => badLines.push(badLine) });

  assert.deepEqual(
    badLines.toSorted((a, b) => a.lineNumber - b.lineNumber),
    [
      { lineNumber: 2, reason: 'it has no invoice number' },
      { lineNumber: 3, reason: 'it has no stock code' },
      { lineNumber: 4, reason: 'the quantity "six" is no whole number but 0' },
      { lineNumber: 5, reason: 'the quantity "0" is no whole number but 0' },
      { lineNumber: 6, reason: 'the date "2010-12-32 08:26:00" is not like 2010-12-01 08:26:00' },
      { lineNumber: 7, reason: 'the price "2.5555" is no amount of pounds' },
      { lineNumber: 8, reason: 'it has 5 columns, the header names 8' },
      { lineNumber: 9, reason: 'a quote is opened and never closed' },
      { lineNumber: 10, reason: 'a code has 65 characters, more than 64' },
    ],
  );
  assert.equal(lines.count, 1);
  assert.equal(lines.lineNumber.at(0), 11);
});

test('a header without lines is a file of no orders', async () => {
  assert.equal((await readOrders(await orderFile(`${firstEdition}\n`))).count, 0);
});

test('progress is told in bytes of the file, up to its end', async () => {
  let last = { bytesRead: 0, bytesTotal: -1 };
  const path = await orderFile(gzipSync(`${firstEdition}\n${`${goodLine}\n`.repeat(9999)}`));

  await readOrders(path, { onProgress: (progress) => (last = progress) });

  assert.ok(last.bytesTotal > 0);
  assert.equal(last.bytesRead, last.bytesTotal);
});

test('reading ends when it is told to', async () => {
  const path = await orderFile(`${firstEdition}\n${goodLine}\n`);

  await assert.rejects(readOrders(path, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

const wrongFiles: Record<string, { content: string | Buffer; code: string; says: RegExp }> = {
  'an empty file': { content: '', code: 'order-file-wrong', says: /is empty/ },
  'a file without the columns': {
    content: 'name,price\nx,1\n',
    code: 'order-file-wrong',
    says: /no column Invoice or InvoiceNo, no column StockCode/,
  },
  'a file that names a column twice': {
    content: `${firstEdition},Invoice\n`,
    code: 'order-file-wrong',
    says: /Invoice or InvoiceNo more than once/,
  },
  'a spreadsheet': {
    content: Buffer.from('PK\u0003\u0004…'),
    code: 'order-file-wrong',
    says: /zip archive or a spreadsheet/,
  },
  'a file of zeros': {
    content: Buffer.alloc(2_000_000),
    code: 'order-file-wrong',
    says: /no end within/,
  },
  'a file of which no line can be read': {
    content: `${firstEdition}\na\nb\n`,
    code: 'order-file-wrong',
    says: /no line of it can be read; line 2/,
  },
  'an archive cut short': {
    content: gzipSync(`${firstEdition}\n${goodLine}\n`).subarray(0, -20),
    code: 'order-file-damaged',
    says: /damaged or cut short/,
  },
};
for (const [name, { content, code, says }] of Object.entries(wrongFiles)) {
  test(`${name} is one clear error`, async () => {
    const path = await orderFile(content);

    await assert.rejects(readOrders(path), (error: Error & { code?: string; path?: string }) => {
      assert.equal(error.name, 'OrderFileError');
      assert.equal(error.code, code);
      assert.equal(error.path, path);
      assert.match(error.message, says);
      return true;
    });
  });
}

test('a file that is not there, or is a directory, is one clear error', async () => {
  const path = await orderFile('');

  await assert.rejects(readOrders(`${path}.gz`), { code: 'order-file-missing' });
  await assert.rejects(readOrders(dirname(path)), { code: 'order-file-unreadable' });
});

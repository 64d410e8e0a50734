import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { silent } from 'thereupon';
import { runAudit } from '../audit/audit.ts';
import { acknowledgedFile } from '../data-directory.ts';
import { openShop } from '../open-shop.ts';
import { orderBook } from '../ordering/order-book.ts';
import { readOrderFile, replayFile } from '../replay-file.ts';
import { madeOrders } from './made-orders.ts';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-replay-'));
});
after(() => rm(directory, { recursive: true, force: true }));

test('a replayed file balances, and replaying it again or an overlapping one places nothing twice', async () => {
  const lines = [...madeOrders({ invoices: 200 })];
  const path = join(directory, 'orders.csv');
  await writeFile(path, lines.join(''));

  const first = await replay(path);
  const audit = runAudit(directory);
  const again = await replay(path);
  const overlapping = join(directory, 'overlapping.csv');
  await writeFile(overlapping, [lines[0], withOtherQuantity(lines[1] ?? '')].join(''));
  const different = await replay(overlapping);

  assert.deepEqual(
    audit.equations.filter(({ isBalanced }) => !isBalanced),
    [],
  );
  assert.ok(first.orders > 100, `${first.orders} orders are too few to prove anything`);
  assert.deepEqual({ ...again, text: '' }, { ...first, text: '' });
  assert.equal(different.orders, first.orders);
  assert.match(different.text, /^line 2: order 700002 was not taken: .*used before/m);
  assert.equal(runAudit(directory).recordCount, audit.recordCount);
});

test('what was acknowledged is noted, an invoice a line', async () => {
  const text = await readFile(acknowledgedFile(directory), 'utf8');

  const [line = ''] = text.split('\n');
  assert.deepEqual(JSON.parse(line), { kind: 'order', id: '700002' });
});

test('a file without orders is one clear error', async () => {
  const path = join(directory, 'no-orders.csv');
  await writeFile(path, 'name,age\nAda,36\n');

  await assert.rejects(replay(path), { code: 'order-file-wrong' });
});

async function replay(path: string): Promise<{ orders: number; shipped: number; text: string }> {
  const { signal } = new AbortController();
  const file = await readOrderFile(path, signal);
  assert.ok(file);
  const shop = await openShop({ directory, businessTime: 'watermark', logger: silent });
  let text = '';
  const target = { write: (piece: string) => void (text += piece) };
  let time = 0;
  const nowMs = (): number => (time += 1);
  try {
    await replayFile(shop.app, file, { directory, target, nowMs, signal });
    const book = shop.app.read(orderBook);
    return { orders: await book.count(), shipped: await book.count({ status: 'shipped' }), text };
  } finally {
    await shop.close();
  }
}

function withOtherQuantity(line: string): string {
  const fields = line.split(',');
  return line.replace(`,${fields[3]},`, `,${Number(fields[3]) + 1},`);
}

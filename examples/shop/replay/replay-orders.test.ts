import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { silent } from 'thereupon';
import { runAudit } from '../audit/audit.ts';
import { acknowledgedFile, bookmarkFile } from '../data-directory.ts';
import { allDocuments } from '../left-behind-fixture.ts';
import { openShop } from '../open-shop.ts';
import { orderBook } from '../ordering/order-book.ts';
import { readOrderFile, replayFile } from '../replay-file.ts';
import { madeOrders } from './made-orders.ts';
import { firstEdition } from './order-fixture.ts';

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
  const audit = await runAudit({ directory });
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
  assert.equal((await runAudit({ directory: directory })).recordCount, audit.recordCount);
});

test('a replay that was interrupted passes over what has settled, and comes to the same', async () => {
  const path = join(directory, 'interrupted.csv');
  await writeFile(path, [...madeOrders({ invoices: 60 })].join(''));
  const [quiet, data] = [join(directory, 'quiet'), join(directory, 'interrupted')];

  const whole = await replay(path, quiet);
  await replay(path, data, { stopAfter: 30 });
  assert.ok(existsSync(bookmarkFile(data)));
  const rest = await replay(path, data);

  assert.ok(rest.minutes < whole.minutes * 0.6, `${rest.minutes} of ${whole.minutes} minutes`);
  assert.equal(existsSync(bookmarkFile(data)), false);
  assert.deepEqual(
    await allDocuments({ directory: data }),
    await allDocuments({ directory: quiet }),
  );
});

test('a bookmark is passed over where the logs know nothing of it', async () => {
  const path = join(directory, 'removed.csv');
  await writeFile(path, [...madeOrders({ invoices: 30 })].join(''));
  const data = join(directory, 'removed');

  const whole = await replay(path, data);
  await replay(path, data, { stopAfter: 20 });
  for (const name of await readdir(data)) if (name.includes('.sqlite')) await rm(join(data, name));

  assert.equal((await replay(path, data)).orders, whole.orders);
});

test('the end of a file is an end for all of its orders: the weeks go on until none waits', async () => {
  const lines = [
    firstEdition,
    '700002,MUG,A MUG,500,2011-12-02 10:00:00,1.25,12345,United Kingdom',
    '700003,MUG,A MUG,480,2011-12-02 11:00:00,1.25,12345,United Kingdom',
  ];
  const data = join(directory, 'short');
  const path = join(directory, 'short.csv');
  await writeFile(path, lines.join('\n'));

  const ended = await replay(path, data);
  const audit = await runAudit({ directory: data });
  const again = await replay(path, data);

  assert.deepEqual([ended.orders, ended.shipped, ended.timers], [2, 2, 0]);
  assert.ok(audit.isBalanced);
  assert.deepEqual({ ...again, text: '' }, { ...ended, text: '' });
  assert.equal((await runAudit({ directory: data })).recordCount, audit.recordCount);
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

type Ended = { orders: number; shipped: number; timers: number; minutes: number; text: string };

async function replay(
  path: string,
  data = directory,
  { stopAfter = Infinity }: { readonly stopAfter?: number } = {},
): Promise<Ended> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const file = await readOrderFile(path, signal);
  assert.ok(file);
  const shop = await openShop({ directory: data, businessTime: 'watermark', logger: silent });
  let text = '';
  const target = { write: (piece: string) => void (text += piece) };
  let minutes = 0;
  // The progress bar looks at the clock once for each minute that is replayed.
  const nowMs = (): number => {
    minutes += 1;
    if (minutes >= stopAfter) stopping.abort();
    return minutes;
  };
  try {
    await replayFile(shop, file, { directory: data, target, nowMs, signal });
    const book = shop.app.read(orderBook);
    const [orders, shipped, timers] = await Promise.all([
      book.count(),
      book.count({ status: 'shipped' }),
      shop.app.timers(),
    ]);
    return { orders, shipped, timers: timers.length, minutes, text };
  } finally {
    await shop.close();
  }
}

function withOtherQuantity(line: string): string {
  const fields = line.split(',');
  return line.replace(`,${fields[3]},`, `,${Number(fields[3]) + 1},`);
}

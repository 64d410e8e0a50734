/** What the shop did before it does after, too; and what it has ordered is heard of elsewhere. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { openShop } from './after/shop.ts';
import { openShop as openShopBefore } from './before/shop.ts';

const DATABASE_URL = process.env['DATABASE_URL'];
assert.ok(DATABASE_URL, 'Name an empty database: DATABASE_URL=postgres://… npm test');
const pool = new pg.Pool({ connectionString: DATABASE_URL });
const children: ChildProcess[] = [];
const thanked: string[] = [];

before(async () => {
  await pool.query(`
    create table products (id text primary key, stock integer not null);
    create table orders (
      id text primary key, product_id text not null, pieces integer not null
    )`);
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await pool.end();
});

for (const [name, open] of [
  ['before', openShopBefore],
  ['after', openShop],
] as const)
  test(`${name}: an order takes from the stock, one too many is refused and leaves nothing`, async () => {
    await pool.query(`truncate orders; truncate products; insert into products values ('p-1', 2)`);
    const shop = await open(DATABASE_URL);
    const place = (id: string) =>
      shop.inject({ method: 'POST', url: '/orders', payload: { id, productId: 'p-1', pieces: 2 } });

    const answers = [await place(`${name}-1`), await place(`${name}-2`)];
    const health = await shop.inject('/health');
    await shop.close();

    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode),
      [201, 409],
    );
    assert.equal(health.statusCode, 200);
    assert.deepEqual(await ordersInTable(), [`${name}-1`]);
  });

test('the other service thanks for what was ordered, also while the shop is down', async () => {
  await start('mail.ts', (line) => {
    if (line.startsWith('thanks for ')) thanked.push(line.slice('thanks for '.length));
  });

  await until(() => thanked.length >= 1);

  assert.deepEqual(thanked, ['after-1']);
});

test('the shop is killed while it takes orders: all that are in its table are thanked for once', async () => {
  await pool.query(`truncate orders; update products set stock = 1000000`);
  thanked.length = 0;
  for (let round = 1; round <= 3; round += 1) {
    let address = '';
    const shop = await start('main.ts', (line) => (address = line));
    let placed = 0;
    const customers = Array.from({ length: 8 }, async (_, customer) => {
      for (let count = 1; ; count += 1) {
        const body = JSON.stringify({
          id: `${round}-${customer}-${count}`,
          productId: 'p-1',
          pieces: 1,
        });
        const headers = { 'content-type': 'application/json' };
        await fetch(`${address}/orders`, { method: 'POST', headers, body });
        placed += 1;
        if (placed === 100) shop.kill('SIGKILL');
      }
    });
    await Promise.allSettled(customers);
  }

  const placed = await ordersInTable();
  assert.ok(placed.length >= 300);
  await until(() => thanked.length >= placed.length);
  assert.deepEqual(thanked.toSorted(), placed.toSorted());
});

async function ordersInTable(): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from orders order by id');
  return rows.map(({ id }) => id);
}

/** Starts a program of the example, and answers when it has said its first line. */
async function start(file: string, say: (line: string) => void): Promise<ChildProcess> {
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  lines.on('line', say);
  await once(lines, 'line');
  return child;
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    assert.ok(performance.now() < end, `Still not so after 20 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

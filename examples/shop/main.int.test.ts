/** `npm start` on PostgreSQL, as a person starts it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { queryOnce } from '../../scripts/services/postgres/query-once.ts';
import { runAudit } from './audit/audit.ts';
import { allDocuments } from './left-behind-fixture.ts';
import { madeOrders } from './replay/made-orders.ts';

let directory: string;
let orders: string;
let store: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-main-'));
  orders = join(directory, 'orders.csv');
  await writeFile(orders, [...madeOrders({ invoices: 100 })].join(''));
  store = (await sharedPostgres()).connectionString;
});
after(() => rm(directory, { recursive: true, force: true }));

test('a replay balances, comes to what it comes to on SQLite, and is gone with --fresh', async () => {
  const data = join(directory, 'data');
  const onSqlite = join(directory, 'sqlite');
  await queryOnce(store, 'create schema library');
  await queryOnce(store, 'create table library.books ()');

  const replayed = await ended(
    start('--data', data, '--store', store, '--orders', orders, '--exit'),
  );
  const again = await ended(start('--data', onSqlite, '--orders', orders, '--exit'));

  assert.equal(replayed.code, 0, replayed.output);
  assert.match(replayed.output, /All 32 equations balance/);
  assert.equal(again.code, 0);
  assert.deepEqual((await readdir(data)).toSorted(), ['acknowledged.jsonl', 'gateway']);
  const place = { directory: data, store };
  assert.deepEqual(await allDocuments(place), await allDocuments({ directory: onSqlite }));

  const fresh = start('--data', data, '--store', store, '--fresh', '--rate', '0', '--port', '0');
  await once(fresh.stdout, 'data');
  fresh.kill('SIGTERM');
  assert.equal((await ended(fresh)).code, 0);

  assert.equal((await runAudit(place)).recordCount, 0);
  assert.deepEqual(await queryOnce(store, 'select * from library.books'), []);
});

test('a second shop on the database is refused, and with --fresh it removes nothing', async () => {
  const first = start('--data', join(directory, 'first'), '--store', store, '--port', '0');
  await once(first.stdout, 'data');
  const words = ['--data', join(directory, 'second'), '--store', store, '--port', '0'];
  const second = await ended(start(...words));
  const fresh = await ended(start(...words, '--fresh'));
  first.kill('SIGTERM');
  const { code, output } = await ended(first);

  for (const { code: refused, output: says } of [second, fresh]) {
    assert.equal(refused, 1);
    assert.match(
      says,
      /^The shop cannot run: The database is in use: a process runs the shop on it/,
    );
  }
  assert.equal(code, 0, output);
});

test('what cannot be the shop’s place is one clear line', async () => {
  const data = join(directory, 'of-a-shop-on-sqlite');
  await mkdir(data);
  await writeFile(join(data, 'ordering.sqlite'), '');
  const words = ['--data', data, '--port', '0', '--store'];

  const wrong = await ended(start(...words, 'localhost/shop'));
  const unreachable = await ended(start('--port', '0', '--store', 'postgres://127.0.0.1:1/shop'));
  const taken = await ended(start(...words, store));

  assert.match(
    wrong.output,
    /^The shop cannot run: --store takes postgres:.* not "localhost\/shop"/,
  );
  assert.match(unreachable.output, /^The shop cannot run: .*127\.0\.0\.1:1.*\n$/);
  assert.match(taken.output, /^The shop cannot run: Nothing can be kept in .* on SQLite\..*\n$/);
  for (const { code } of [wrong, unreachable, taken]) assert.equal(code, 1);
});

test('the command line works on the shop’s database', () => {
  const program = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const config = join(import.meta.dirname, 'thereupon.config.ts');
  const words = ['--conditions=thereupon-source', program, '--config', config, 'parked', 'list'];

  const env = { ...process.env, SHOP_STORE: store };
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8', env });

  assert.equal(stdout, 'Nothing is parked.\n', stderr);
  assert.equal(status, 0);
});

function start(...words: readonly string[]) {
  const program = join(import.meta.dirname, 'main.ts');
  return spawn(process.execPath, [...process.execArgv, program, ...words], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ReturnType<typeof start>): Promise<{ code: number; output: string }> {
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

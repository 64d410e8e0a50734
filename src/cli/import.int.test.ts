/** What is imported while two processes run the contexts on PostgreSQL. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sharedPostgres } from '../../scripts/services/postgres.ts';
import { postgres } from '../adapters/postgres/postgres-store.ts';
import { until } from '../runtime/fixtures/start.ts';
import { askCommand } from './fixtures/ask-command.ts';
import { bills, contexts } from './fixtures/importing.ts';
import { importCommand } from './import.ts';

const server = await sharedPostgres();
const ORDERS = 3;

test('what is imported is taken in once and in order, whichever process takes in, and though one is killed', async (t) => {
  const url = await server.createDatabase();
  const config = { contexts, store: postgres(url) };
  const [first, second] = [await otherProcess(t, url), await otherProcess(t, url)];
  const numbers = Array.from({ length: 5_000 }, (_, index) => index);
  const lines = linesOf(t, numbers);
  const importing = (...words: string[]) => askCommand(importCommand, config, [lines, ...words]);

  const under = importing('--wait', '60');
  await until(async () => (await takenIn(url)) > 1_000, 30_000);
  first.kill('SIGKILL');
  const whole = await under;
  const again = await importing();

  assert.equal(whole.code, 0, whole.out + whole.err);
  assert.match(whole.out, /^billing: 5000 taken in, from ordering$/m);
  assert.match(again.out, /^billing: 0 taken in, 5000 known already, from ordering$/m);
  assert.equal(await takenIn(url), numbers.length);
  await until(async () => (await billed(url)) === numbers.length, 30_000);
  for (let rest = 0; rest < ORDERS; rest += 1)
    assert.deepEqual(
      await billOf(url, `o-${rest}`),
      numbers.filter((number) => number % ORDERS === rest),
    );
  second.stdin?.end();
  await once(second, 'exit');
});

test('what is left while nobody runs is taken in once somebody does', async (t) => {
  const url = await server.createDatabase();
  const config = { contexts, store: postgres(url) };
  const before = await otherProcess(t, url);
  before.stdin?.end();
  await once(before, 'exit');
  const lines = linesOf(t, [1, 2, 3]);

  const { code, out } = await askCommand(importCommand, config, [lines, '--wait', '0']);
  await otherProcess(t, url);

  assert.equal(code, 4, out);
  await until(async () => (await billed(url)) === 3, 30_000);
});

function linesOf(t: TestContext, numbers: readonly number[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'thereupon-import-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const lines = numbers.map((pence) => {
    const orderId = `o-${pence % ORDERS}`;
    const attributes = { id: `m-${pence}`, partitionkey: orderId, schemaversion: '2' };
    const rest = { type: 'ordering.OrderPlaced', source: '/ordering', data: { orderId, pence } };
    return `${JSON.stringify({ specversion: '1.0', ...attributes, ...rest })}\n`;
  });
  const path = join(folder, 'lines.ndjson');
  writeFileSync(path, lines.join(''));
  return path;
}

async function takenIn(url: string): Promise<number> {
  const log = await postgres(url).reader('billing');
  try {
    return (await log.read({ after: 0, limit: 10_000, directions: ['incoming'] })).length;
  } finally {
    await log.close();
  }
}

async function billOf(url: string, id: string): Promise<readonly number[]> {
  const log = await postgres(url).reader('billing');
  try {
    const text = await log.document(`${bills.name}@${bills.version}`, id);
    return (JSON.parse(text ?? '{"pence":[]}') as { pence: number[] }).pence;
  } finally {
    await log.close();
  }
}

async function billed(url: string): Promise<number> {
  const ids = Array.from({ length: ORDERS }, (_, rest) => `o-${rest}`);
  return (await Promise.all(ids.map((id) => billOf(url, id)))).flat().length;
}

async function otherProcess(t: TestContext, url: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'fixtures', 'importing-application.ts');
  const child = spawn(process.execPath, ['-C', 'thereupon-source', program, url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

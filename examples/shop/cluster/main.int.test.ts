/** `npm run shop:cluster`, as a person starts it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedPostgres } from '../../../scripts/services/postgres.ts';
import { childrenOf } from '../../../scripts/services/process/running-processes.ts';
import { allDocuments } from '../left-behind-fixture.ts';
import { startReplay, untilBalanced } from '../killed-shop-fixture.ts';
import { madeOrders } from '../replay/made-orders.ts';

const server = await sharedPostgres();
const directory = mkdtempSync(join(tmpdir(), 'thereupon-cluster-'));
after(() => rmSync(directory, { recursive: true, force: true }));

for (const [processes, who] of [
  [6, 'a process for each context'],
  [7, 'these and a second one of Inventory'],
  [2, 'two processes'],
] as const)
  test(`a replay by ${who} balances, and comes to what one process comes to`, async () => {
    const orders = join(directory, 'orders.csv');
    writeFileSync(orders, [...madeOrders({ invoices: 60 })].join(''));
    const one = { directory: join(directory, `one beside ${processes}`) };
    const many = {
      directory: join(directory, `${processes}`),
      store: await server.createDatabase(),
    };

    await untilBalanced(startReplay(one, orders));
    const replaying = startReplay(many, orders, processes);
    await untilBalanced(replaying);

    assert.match(replaying.output(), /All 32 equations balance/);
    assert.deepEqual(await allDocuments(many), await allDocuments(one));
  });

test('it serves its page, and stops in order with all of its processes', async () => {
  const store = await server.createDatabase();
  const data = join(directory, 'served');
  const cluster = start('--store', store, '--data', data, '--port', '0', '--rate', '50');
  const url = await addressOf(cluster);

  const sold = await untilSold(url);
  const children = childrenOf(cluster.pid as number);
  const overview = await json<{ health: string; contexts: unknown[] }>(`${url}overview`);
  const lag = await json<Lag>(`${url}console/api/lag`);
  cluster.kill('SIGTERM');
  const [code] = (await once(cluster, 'exit')) as [number];

  assert.ok(sold > 0);
  assert.equal(overview.health, 'green');
  assert.equal(overview.contexts.length, 6);
  assert.deepEqual(
    lag.contexts.map(({ running }) => running.processes.length),
    Array.from({ length: 6 }, () => 1),
  );
  // One for each context, and the gateway.
  assert.equal(children.length, 7);
  assert.equal(code, 0);
  assert.deepEqual(children.filter(isAlive), []);
});

test('when the one that keeps them is killed, all of them end', async () => {
  const store = await server.createDatabase();
  const cluster = start('--store', store, '--data', join(directory, 'orphans'), '--port', '0');
  await addressOf(cluster);
  const children = childrenOf(cluster.pid as number);

  cluster.kill('SIGKILL');

  while (children.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('what it was started with and does not understand is one line', () => {
  for (const [words, says] of [
    [[], /--store URL is missing/],
    [['--store', 'ordering.sqlite'], /--store takes postgres:\/\//],
    [
      ['--store', server.connectionString, '--processes', '13'],
      /--processes takes .* 12; not "13"/,
    ],
    [['--store', server.connectionString, '--processes', 'six'], /takes a whole number .* "six"/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, command(...words), { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /^The shop cannot run: .*\n$/);
    assert.match(stderr, says);
  }
  const { status, stdout } = spawnSync(process.execPath, command('--help'), { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /--processes N/);
});

function start(...words: readonly string[]) {
  return spawn(process.execPath, command(...words), {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function command(...words: readonly string[]): string[] {
  return [...process.execArgv, join(import.meta.dirname, 'main.ts'), ...words];
}

async function addressOf(cluster: ReturnType<typeof start>): Promise<string> {
  const [text] = (await once(cluster.stdout, 'data')) as [Buffer];
  return /http:\S+/.exec(text.toString())?.[0] ?? '';
}

async function untilSold(url: string): Promise<number> {
  for (;;) {
    const { orders } = await json<{ orders: { shipped: number } }>(`${url}overview`);
    if (orders.shipped > 0) return orders.shipped;
  }
}

async function json<T>(url: string): Promise<T> {
  return (await fetch(url)).json() as Promise<T>;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Lag {
  readonly contexts: readonly { readonly running: { readonly processes: readonly unknown[] } }[];
}

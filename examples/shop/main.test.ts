import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runAudit } from './audit/audit.ts';
import { madeOrders } from './replay/made-orders.ts';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-main-'));
});
after(() => rm(directory, { recursive: true, force: true }));

test('an unknown option is one clear line and no success', async () => {
  const { code, stderr } = await ended(start('--orders-file', 'x'));

  assert.equal(code, 1);
  assert.equal(stderr, 'The shop cannot run: --orders-file is not known. See --help.\n');
});

test('--fresh removes nothing when the order file is wrong or the port is in use', async () => {
  const data = join(directory, 'kept');
  const orders = await orderFile();
  assert.equal((await ended(start('--data', data, '--orders', orders, '--exit'))).code, 0);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;

  const again = ['--data', data, '--fresh'];
  const missing = await ended(start(...again, '--orders', 'no-such.csv', '--exit'));
  const wrong = await ended(start(...again, '--orders', import.meta.filename, '--exit'));
  const portInUse = await ended(start(...again, '--port', String(port)));
  other.close();

  assert.deepEqual([missing.code, wrong.code, portInUse.code], [1, 1, 1]);
  assert.match(
    missing.stderr,
    /^The shop cannot run: .*"no-such\.csv": there is no such file\.\n$/,
  );
  assert.match(wrong.stderr, /^The shop cannot run: .*main\.test\.ts": its header .*\n$/);
  assert.match(
    portInUse.stderr,
    new RegExp(`^The shop cannot run: Port ${port} is in use\\..*\n$`),
  );
  assert.equal((await ended(start('--data', data, '--orders', orders, '--exit'))).code, 0);
  assert.match(await readFile(join(data, 'acknowledged.jsonl'), 'utf8'), /"700002"/);
  assert.ok((await runAudit({ directory: data })).isBalanced);
});

test('a directory in use is refused with the pid of who uses it, and --fresh removes nothing', async () => {
  const data = join(directory, 'data');
  const first = start('--data', data, '--port', '0', '--rate', '0');
  await once(first.stdout, 'data');
  const second = await ended(start('--data', data, '--port', '0', '--fresh'));
  first.kill('SIGTERM');
  const { code } = await ended(first);

  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`in use by process ${first.pid},`));
  assert.equal(code, 0, 'the first one did not stop in order');
  assert.ok(existsSync(join(data, 'ordering.sqlite')));
});

async function orderFile(): Promise<string> {
  const path = join(directory, 'orders.csv');
  await writeFile(path, [...madeOrders({ invoices: 3 })].join(''));
  return path;
}

function start(...words: readonly string[]) {
  const program = join(import.meta.dirname, 'main.ts');
  return spawn(process.execPath, [...process.execArgv, program, ...words], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ReturnType<typeof start>): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  child.stdout.resume();
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr };
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thereupon-main-'));
});
after(() => rm(directory, { recursive: true, force: true }));

test('an unknown option is one clear line and no success', async () => {
  const { code, stderr } = await ended(start('--orders-file', 'x'));

  assert.equal(code, 1);
  assert.match(stderr, /^The shop cannot run: Unknown option '--orders-file'.* See --help\.\n$/);
});

test('a file that is not there is one clear line and no success', async () => {
  const { code, stderr } = await ended(
    start('--data', join(directory, 'none'), '--orders', 'no-such.csv', '--exit'),
  );

  assert.equal(code, 1);
  assert.match(stderr, /^The shop cannot run: .*no-such\.csv.*\n$/);
});

test('a port in use is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await ended(
    start('--data', join(directory, 'port'), '--port', String(port)),
  );
  other.close();

  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^The shop cannot run: Port ${port} is in use\\.`));
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

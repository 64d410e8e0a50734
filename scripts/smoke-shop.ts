/**
 * A smoke run of the shop, as the README says it: `npm start`, wait until it answers, end it by a
 * real signal to npm's process.
 *
 *     node scripts/smoke-shop.ts
 *
 * It must answer within half a minute, stop in order on SIGTERM and on Ctrl-C with exit code 0, end
 * at once on a second Ctrl-C with 130, each time leave no process behind, its gateway included, and
 * start again on the data of the last time.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const startTimeoutMs = 30_000;
const stopTimeoutMs = 20_000;

const root = join(import.meta.dirname, '..');

const data = mkdtempSync(join(tmpdir(), 'thereupon-shop-'));
try {
  await smoke('SIGTERM stops it in order', (shop) => signal(shop, 'SIGTERM', 0));
  await smoke('a second Ctrl-C ends it at once', stopTwice);
  await smoke('Ctrl-C stops it in order', (shop) => signal(shop, 'SIGINT', 0));
} finally {
  rmSync(data, { recursive: true, force: true });
}

async function smoke(name: string, stop: (shop: Shop) => Promise<void>): Promise<void> {
  const shop = start(await freePort());
  try {
    await answers(shop);
    await stop(shop);
    await nothingLeft(shop);
    console.log(`ok: answers, and ${name}`);
  } finally {
    endGroup(shop.child);
  }
}

interface Shop {
  readonly child: ChildProcess;
  readonly port: number;
  output: string;
}

function start(port: number): Shop {
  const args = ['start', '--', '--data', data, '--port', String(port)];
  const child = spawn('npm', args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const shop: Shop = { child, port, output: '' };
  child.stdout.on('data', (text: Buffer) => (shop.output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (shop.output += text.toString()));
  return shop;
}

async function answers(shop: Shop): Promise<void> {
  const url = `http://127.0.0.1:${shop.port}/`;
  const giveUpAt = performance.now() + startTimeoutMs;
  while (performance.now() < giveUpAt) {
    assert.equal(shop.child.exitCode, null, `npm start ended:\n${shop.output}`);
    const status = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === 200) return;
    await wait(100);
  }
  assert.fail(`No answer from ${url} in ${startTimeoutMs} ms:\n${shop.output}`);
}

async function signal(shop: Shop, name: NodeJS.Signals, expected: number): Promise<void> {
  const ended = once(shop.child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) });
  shop.child.kill(name);
  const [code] = (await ended.catch(() => assert.fail(`did not stop:\n${shop.output}`))) as [
    number | null,
  ];
  assert.equal(code, expected, `npm start ended with code ${code}:\n${shop.output}`);
}

/** While a request is half sent the shop waits for its rest a moment: time for a second signal. */
async function stopTwice(shop: Shop): Promise<void> {
  const half = connect(shop.port, '127.0.0.1').on('error', () => {});
  half.write('POST /orders HTTP/1.1\r\n');
  await once(half, 'connect');
  shop.child.kill('SIGINT');
  while (!shop.output.includes('Stopping in order')) {
    assert.equal(shop.child.exitCode, null, `npm start ended:\n${shop.output}`);
    await wait(1);
  }
  await signal(shop, 'SIGINT', 130);
  half.destroy();
}

/** Whoever npm started is of its process group; the gateway notices by itself that its shop is gone. */
async function nothingLeft({ child, port }: Shop): Promise<void> {
  const giveUpAt = performance.now() + stopTimeoutMs;
  while (isGroupThere(child)) {
    assert.ok(performance.now() < giveUpAt, 'npm has ended, and a process of it is still there');
    await wait(20);
  }
  const left = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  assert.equal(left, undefined, 'npm has ended, and something still answers on its port');
}

function isGroupThere(child: ChildProcess): boolean {
  try {
    return process.kill(-(child.pid as number), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A smoke run of the shop, as the README says it: `npm start`, wait until it answers, end it.
 *
 *     node scripts/smoke-shop.ts
 *
 * It must answer within half a minute, stop in order on SIGTERM, leave no process behind, and
 * start a second time on the data of the first.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const startTimeoutMs = 30_000;
const stopTimeoutMs = 20_000;

const root = join(import.meta.dirname, '..');

const data = mkdtempSync(join(tmpdir(), 'thereupon-shop-'));
try {
  for (const time of ['first', 'second']) {
    const port = await freePort();
    const shop = start(port);
    try {
      await answers(`http://127.0.0.1:${port}/`, shop);
      console.log(`ok: answers, the ${time} time`);
      await stop(shop, port);
      console.log(`ok: stops in order, the ${time} time`);
    } finally {
      endGroup(shop.child);
    }
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}

interface Shop {
  readonly child: ChildProcess;
  output: string;
}

function start(port: number): Shop {
  const args = ['start', '--', '--data', data, '--port', String(port)];
  const child = spawn('npm', args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const shop: Shop = { child, output: '' };
  child.stdout.on('data', (text: Buffer) => (shop.output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (shop.output += text.toString()));
  return shop;
}

async function answers(url: string, shop: Shop): Promise<void> {
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

async function stop(shop: Shop, port: number): Promise<void> {
  const ended = once(shop.child, 'exit', { signal: AbortSignal.timeout(stopTimeoutMs) });
  shop.child.kill('SIGTERM');
  const [code] = (await ended.catch(() => assert.fail(`did not stop:\n${shop.output}`))) as [
    number,
  ];
  assert.equal(code, 0, `npm start ended with code ${code}:\n${shop.output}`);
  const left = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
  assert.equal(left, undefined, 'npm has ended, and something still answers on its port');
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

/** A shop that is killed, seen from outside: its process. What is left then, `left-behind-fixture.ts` says. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { acknowledgedFile } from './data-directory.ts';
import type { ShopPlace } from './shop-place.ts';

export type Replaying = { readonly child: ChildProcess; readonly output: () => string };

/**
 * A replay in a process of its own, as `npm start -- --data DIR --orders FILE --exit` runs it, or by
 * so many, as `npm run shop:cluster -- --processes N --backbone URL` does.
 */
export function startReplay(
  { directory, store }: ShopPlace,
  orders: string,
  processes?: number,
  backbone?: string,
): Replaying {
  const isCluster = processes !== undefined;
  const program = join(import.meta.dirname, isCluster ? 'cluster/main.ts' : 'main.ts');
  const words = ['--data', directory, '--orders', orders, '--exit'];
  if (isCluster) words.push('--processes', String(processes));
  if (store !== undefined) words.push('--store', store);
  if (backbone !== undefined) words.push('--backbone', backbone);
  const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  return { child, output: () => output };
}

/** By its pid, as a crash would end it. Answers whether it was still running. */
export async function kill(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.pid === undefined) return false;
  const ended = once(child, 'exit');
  process.kill(child.pid, 'SIGKILL');
  const [, signal] = (await ended) as [number | null, string | null];
  return signal === 'SIGKILL';
}

export function bytesAcknowledged(directory: string): number {
  const path = acknowledgedFile(directory);
  return existsSync(path) ? statSync(path).size : 0;
}

/** Waits until a replay is so much further on, or has ended. */
export async function untilFurther(
  { child }: Replaying,
  directory: string,
  bytes: number,
): Promise<void> {
  const wanted = bytesAcknowledged(directory) + bytes;
  while (bytesAcknowledged(directory) < wanted && isRunning(child)) await wait(1);
}

export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** The end of a replay that nobody kills any more: its books balance. */
export async function untilBalanced({ child, output }: Replaying): Promise<void> {
  if (isRunning(child)) await once(child, 'exit');
  assert.equal(child.exitCode, 0, `the books do not balance:\n${output()}`);
}

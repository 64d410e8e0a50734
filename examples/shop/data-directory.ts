/**
 * What the shop keeps in its data directory: `CONTEXT.sqlite` for each context (and what SQLite
 * keeps beside it), `gateway/` for the gateway, and `acknowledged.jsonl`, what a replay was told was
 * durable. Beginning anew removes these and nothing else.
 */
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { sqlite } from 'thereupon/sqlite';
import { contexts } from './contexts.ts';

/** The gateway's own file, in a folder of its own as it is no context. */
export function gatewayFile(directory: string): string {
  return join(directory, 'gateway', 'gateway.sqlite');
}

export function acknowledgedFile(directory: string): string {
  return join(directory, 'acknowledged.jsonl');
}

/**
 * Makes the directory, and the gateway's in it, unless they are there.
 *
 * @throws {DataDirectoryError} when nothing can be kept there.
 */
export function prepareDirectory(directory: string): void {
  try {
    for (const each of [resolve(directory), resolve(directory, 'gateway')]) {
      makeDirectory(each);
      accessSync(each, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    throw new DataDirectoryError(directory, error as NodeJS.ErrnoException);
  }
}

// One by one: told to make all of them at once, Node never ends where the system refuses (/proc).
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

/**
 * Removes the data of an earlier run.
 *
 * @throws {LogInUseError} when a shop runs on it; then nothing is removed.
 */
export async function beginAnew(directory: string): Promise<void> {
  prepareDirectory(directory);
  await assertNotInUse(directory);
  const gateway = dirname(gatewayFile(directory));
  for (const { name } of contexts) removeLog(directory, name);
  removeLog(gateway, 'gateway');
  rmSync(acknowledgedFile(directory), { force: true });
  if (readdirSync(gateway).length === 0) rmdirSync(gateway);
}

function removeLog(directory: string, name: string): void {
  for (const ending of ['sqlite', 'sqlite-wal', 'sqlite-shm', 'lock'])
    rmSync(join(directory, `${name}.${ending}`), { force: true });
}

async function assertNotInUse(directory: string): Promise<void> {
  const store = sqlite(directory);
  for (const { name } of contexts) {
    try {
      const log = await store.open(name);
      await log.close();
    } catch (error) {
      // Whatever else is wrong with a file, it is about to go.
      if ((error as { code?: unknown }).code === 'log-in-use') throw error;
    }
  }
}

/** The shop cannot keep its data where it was told to. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code = 'data-directory-not-usable';
  readonly retryable = false;
  readonly directory: string;

  constructor(directory: string, cause: NodeJS.ErrnoException) {
    const reason = reasonOf(cause);
    const next = 'Name another directory with --data DIR.';
    super(`Nothing can be kept in "${directory}": ${reason}. ${next}`, { cause });
    this.directory = directory;
  }
}

function reasonOf({ code = '', path = 'it', message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST' || code === 'ENOTDIR') return `"${path}" is a file`;
  return reasons[code] ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'the system lets nobody make it',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
};

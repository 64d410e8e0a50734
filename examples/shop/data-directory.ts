/**
 * What the shop keeps in its data directory: `CONTEXT.sqlite` for each context (and what SQLite
 * keeps beside it) unless they are on PostgreSQL, `gateway/` for the gateway, and
 * `acknowledged.jsonl`, what a replay was told was durable, and while one is not at its end
 * `bookmark.json`, how far it came. `run-id` names what it keeps on a broker.
 */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { contexts } from './contexts.ts';

/** The gateway's own file, in a folder of its own as it is no context. */
export function gatewayFile(directory: string): string {
  return join(directory, 'gateway', 'gateway.sqlite');
}

export function acknowledgedFile(directory: string): string {
  return join(directory, 'acknowledged.jsonl');
}

export function runIdFile(directory: string): string {
  return join(directory, 'run-id');
}

export function bookmarkFile(directory: string): string {
  return join(directory, 'bookmark.json');
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

/**
 * A gateway serves one shop: where another one keeps its contexts, it has its charges as well.
 *
 * @throws {DataDirectoryError} when a shop on SQLite is there.
 */
export function assertNoShopOnSqlite(directory: string): void {
  const isThere = contexts.some(({ name }) => existsSync(join(directory, `${name}.sqlite`)));
  if (isThere)
    throw new DataDirectoryError(directory, 'a shop keeps its contexts there, on SQLite');
}

// One by one: told to make all of them at once, Node never ends where the system refuses (/proc).
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

/** The shop cannot keep its data where it was told to. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code = 'data-directory-not-usable';
  readonly retryable = false;
  readonly directory: string;

  constructor(directory: string, why: NodeJS.ErrnoException | string) {
    const reason = typeof why === 'string' ? why : reasonOf(why);
    const next = 'Name another directory with --data DIR.';
    const options = typeof why === 'string' ? {} : { cause: why };
    super(`Nothing can be kept in "${directory}": ${reason}. ${next}`, options);
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

/** Files of SQLite that are looked at, never written to. */
import type { DatabaseSync } from 'node:sqlite';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BooksError } from './books.ts';

/** The gateway's own file, in a folder of its own as it is no context. */
export const gatewayFile = join('gateway', 'gateway.sqlite');

/** A file by the name that it is attached under, and a table of it. */
export type AttachedFile = { readonly name: string; readonly path: string; readonly table: string };

/** @throws {BooksError} when one of them is not there. */
export function assertThere(directory: string, files: readonly AttachedFile[]): void {
  const missing = files.filter(({ path }) => !existsSync(path));
  if (missing.length === 0) return;
  const names = missing.map(({ path }) => `"${relative(directory, path)}"`).join(', ');
  const lacks =
    missing.length === files.length ? 'none of its files is there' : `it has no ${names}`;
  const problem = `there is no shop's data: ${lacks}`;
  throw new BooksError('books-missing', { path: directory, problem });
}

/** @throws {BooksError} when it is not what its name says. */
export function attach(database: DatabaseSync, { name, path }: AttachedFile): void {
  const url = `${pathToFileURL(path).href}?mode=ro`;
  look(path, () => database.prepare(`attach ? as ${name}`).run(url));
}

/** Within a transaction, all of a file is seen as it was at its first read. */
export function beginToRead(database: DatabaseSync, { name, path, table }: AttachedFile): void {
  look(path, () => database.prepare(`select 1 from ${name}.${table} limit 1`).get());
}

function look(path: string, look: () => unknown): void {
  try {
    look();
  } catch (cause) {
    const problem = `the shop's data cannot be read (${(cause as Error).message})`;
    throw new BooksError('books-unreadable', { path, problem, cause });
  }
}

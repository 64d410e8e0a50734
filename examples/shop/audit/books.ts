/**
 * All the shop's files side by side, for reading only: one connection with each context's file and
 * the gateway's attached under its own name, so that a plain `select` reads across them.
 *
 * All is read as it was at one moment (within the milliseconds it takes to look at each file once),
 * whether the shop runs or not; nobody is kept from writing meanwhile.
 */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

export const contextNames = [
  'ordering',
  'inventory',
  'billing',
  'fulfilment',
  'customers',
  'catalogue',
] as const;

export type ContextName = (typeof contextNames)[number];

/** The gateway's own file, in a folder of its own as it is no context. */
export const gatewayFile = join('gateway', 'gateway.sqlite');

export class Books {
  readonly #database: DatabaseSync;

  /**
   * Of a directory, or of a database that has the tables of each context attached.
   *
   * @throws {BooksError} when a file is not there, or is not what its name says.
   */
  constructor(from: string | DatabaseSync) {
    if (typeof from !== 'string') {
      this.#database = from;
      return;
    }
    const directory = from;
    const files = new Map<string, string>(
      contextNames.map((name) => [name, join(directory, `${name}.sqlite`)]),
    );
    files.set('gateway', join(directory, gatewayFile));
    const missing = [...files.values()].filter((path) => !existsSync(path));
    if (missing.length > 0) throw booksMissing(directory, missing);

    this.#database = new DatabaseSync(':memory:');
    try {
      for (const [name, path] of files) this.#look(path, () => this.#attach(name, path));
      this.#database.exec('begin');
      for (const [name, path] of files) this.#look(path, () => this.#beginToRead(name));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** The rows of a query, one by one, as arrays. */
  *rows<Row extends readonly unknown[]>(
    sql: string,
    ...parameters: readonly SQLInputValue[]
  ): Generator<Row> {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    for (const row of statement.iterate(...parameters)) yield row as unknown as Row;
  }

  /** The only figure of a query's only row; nothing counts as 0. */
  figure(sql: string, ...parameters: readonly SQLInputValue[]): number {
    const [value] = this.#one(sql, ...parameters);
    return typeof value === 'number' ? value : 0;
  }

  /** How many records were ever written to the logs. */
  recordCount(): number {
    const heads = contextNames.map((name) =>
      this.figure(`select coalesce(max(position), 0) from ${name}.log`),
    );
    return heads.reduce((sum, head) => sum + head, 0);
  }

  close(): void {
    this.#database.close();
  }

  #look(path: string, look: () => void): void {
    try {
      look();
    } catch (error) {
      const problem = `the shop's data cannot be read (${(error as Error).message})`;
      throw new BooksError('books-unreadable', path, problem, error);
    }
  }

  #attach(name: string, path: string): void {
    const url = `${pathToFileURL(path).href}?mode=ro`;
    this.#database.prepare(`attach ? as ${name}`).run(url);
  }

  /** A snapshot of a file begins with its first read. */
  #beginToRead(name: string): void {
    this.#one(`select 1 from ${name}.${name === 'gateway' ? 'charges' : 'log'} limit 1`);
  }

  #one(sql: string, ...parameters: readonly SQLInputValue[]): readonly unknown[] {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return (statement.get(...parameters) ?? []) as unknown as readonly unknown[];
  }
}

/** There is nothing to audit, or not all of it. */
function booksMissing(directory: string, missing: readonly string[]): BooksError {
  const all = missing.length === contextNames.length + 1;
  const names = missing.map((path) => `"${relative(directory, path)}"`).join(', ');
  const lacks = all ? 'none of its files is there' : `it has no ${names}`;
  return new BooksError('books-missing', directory, `there is no shop's data: ${lacks}`);
}

/** The books cannot be looked at; whether they balance is not known. */
export class BooksError extends Error {
  override readonly name = 'BooksError';
  readonly code: 'books-missing' | 'books-unreadable';
  readonly retryable = false;
  /** The directory, or the one file. */
  readonly path: string;

  constructor(code: BooksError['code'], path: string, problem: string, cause?: unknown) {
    const next = 'Name the directory that the shop was started with (--data DIR).';
    super(`In "${path}" ${problem}. ${next}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.path = path;
  }
}

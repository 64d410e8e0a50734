/**
 * All the shop's books side by side, for reading only: a database of SQLite that has each context's
 * tables and the gateway's under its own name, so that a plain `select` reads across them. Where the
 * tables come from, `open-books.ts` says.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

export const contextNames = [
  'ordering',
  'inventory',
  'billing',
  'fulfilment',
  'customers',
  'catalogue',
] as const;

export type ContextName = (typeof contextNames)[number];

export class Books {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
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
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    const [value] = (statement.get(...parameters) ?? []) as unknown as readonly unknown[];
    return typeof value === 'number' ? value : 0;
  }

  /** How many records there are in the logs. */
  recordCount(): number {
    const counts = contextNames.map((name) => this.figure(`select count(*) from ${name}.log`));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    this.#database.close();
  }
}

/** The books cannot be looked at; whether they balance is not known. */
export class BooksError extends Error {
  override readonly name = 'BooksError';
  readonly code: 'books-missing' | 'books-unreadable';
  readonly retryable = false;
  /** The directory, the one file, or the database. */
  readonly path: string;

  constructor(
    code: BooksError['code'],
    { path, problem, cause }: { readonly path: string; problem: string; cause?: unknown },
  ) {
    const next = 'Name where the shop was started to keep its data (--data DIR, --store URL).';
    super(`In "${path}" ${problem}. ${next}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.path = path;
  }
}

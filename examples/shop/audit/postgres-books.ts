/**
 * The books of a shop on PostgreSQL: what the equations look at is copied, row by row and as it is,
 * into tables of SQLite, so that they are the same equations for both. The copy is in temporary
 * files: a year of orders needs no memory.
 *
 * The database is read as it was at one moment, and so is the gateway's file, whether the shop runs
 * or not; nobody is kept from writing meanwhile.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { join } from 'node:path';
import pg from 'pg';
import { assertThere, attach, beginToRead, gatewayFile } from './attached-files.ts';
import { Books, BooksError, contextNames } from './books.ts';
import { emptyBooks } from './empty-books.ts';

/** So many rows are in hand at a time. */
const PAGE_ROWS = 5_000;

/** @throws {BooksError} when there is no shop, or when it cannot be read. */
export async function postgresBooks(store: string, directory: string): Promise<Books> {
  const gateway = { name: 'gateway', path: join(directory, gatewayFile), table: 'charges' };
  assertThere(directory, [gateway]);
  const client = new pg.Client({ connectionString: store, types: { getTypeParser: numberOrText } });
  // A connection that breaks says so at its next query.
  client.on('error', () => undefined);
  const database = emptyBooks('temporary files');
  try {
    await client.connect();
    await client.query('begin transaction isolation level repeatable read, read only');
    await assertLogsThere(client, store);
    attach(database, gateway);
    // One transaction for all that is copied: each row of its own would be one otherwise.
    database.exec('begin');
    beginToRead(database, gateway);
    for (const context of contextNames) await copyContext(client, database, context);
    return new Books(database);
  } catch (error) {
    database.close();
    if (error instanceof BooksError) throw error;
    const problem = `the shop's data cannot be read (${(error as Error).message})`;
    throw new BooksError('books-unreadable', { path: nameOf(store), problem, cause: error });
  } finally {
    await client.end();
  }
}

async function assertLogsThere(client: pg.Client, store: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select name from unnest($1::text[]) name where to_regclass(name || '.log') is null`,
    [contextNames],
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => `"${name}"`).join(', ');
  const problem = `there is no shop's data: it has no log of ${names}`;
  throw new BooksError('books-missing', { path: nameOf(store), problem });
}

/** The rows of each table of the books, in the order of its columns. */
const tables: Readonly<Record<string, (schema: string) => string>> = {
  // In order, by log_by_position.
  log: (schema) => `
    select position, id, direction, stream, version, type, key, data, source, occurred_at
    from ${schema}.log order by position`,
  checkpoints: (schema) => `select subscription, position from ${schema}.checkpoints`,
  waiting: (schema) => `select subscription, kind, due, payload from ${schema}.waiting`,
  // By the primary key, as a model has a partition of its own.
  '"documents:stock-levels@1"': (schema) => `
    select key, document::text from ${schema}.documents
    where model = (select id from ${schema}.models where name = 'stock-levels@1')`,
};

async function copyContext(
  client: pg.Client,
  database: DatabaseSync,
  context: string,
): Promise<void> {
  for (const [table, select] of Object.entries(tables)) {
    await client.query(`declare copied no scroll cursor for ${select(context)}`);
    for await (const page of pages(client)) insert(database, `${context}.${table}`, page);
    await client.query('close copied');
  }
}

type Row = readonly SQLInputValue[];

async function* pages(client: pg.Client): AsyncGenerator<readonly Row[]> {
  for (;;) {
    const text = `fetch ${PAGE_ROWS} from copied`;
    const { rows } = await client.query<SQLInputValue[]>({ text, rowMode: 'array' });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_ROWS) return;
  }
}

function insert(database: DatabaseSync, table: string, rows: readonly Row[]): void {
  const places = rows[0]?.map(() => '?').join(', ');
  const statement = database.prepare(`insert into ${table} values (${places})`);
  for (const row of rows) statement.run(...row);
}

const BIGINT = 20;
const INTEGER = 23;

function numberOrText(oid: number): (text: string) => unknown {
  return oid === BIGINT || oid === INTEGER ? Number : (text) => text;
}

/** Without its password. */
function nameOf(store: string): string {
  const url = new URL(store);
  url.password = '';
  return url.href;
}

import { DatabaseSync } from 'node:sqlite';
import { rmSync } from 'node:fs';
import { orderBook } from '../examples/shop/ordering/order-book.ts';

const OF_INTEREST = `direction = 'domain' and stream >= 'order/' and stream < 'order0'`;

/** How many events of orders a log holds, and how many records in all. */
export function countEvents(path: string): { events: number; records: number } {
  const database = new DatabaseSync(path, { readOnly: true });
  const count = (sql: string): number => database.prepare(sql).get()?.['count'] as number;
  const events = count(`select count(*) as count from log where ${OF_INTEREST}`);
  const records = count('select count(*) as count from log');
  database.close();
  return { events, records };
}

/** Builds the order book into a file of its own, as well as it can be done by hand. */
export function rebuildByHand(from: string, to: string): void {
  const source = new DatabaseSync(from, { readOnly: true });
  const documents = new Map<string, object>();
  const select = source.prepare(
    `select type, data, occurred_at from log where ${OF_INTEREST} order by position`,
  );
  select.setReturnArrays(true);
  const rows = select.iterate() as unknown as Iterable<[string, string, number]>;
  for (const [type, data, at] of rows) foldRow(documents, type, data, at);
  source.close();
  writeDocuments(documents, to);
}

function foldRow(documents: Map<string, object>, type: string, text: string, at: number): void {
  const data = JSON.parse(text) as { readonly orderId: string };
  const key = data.orderId;
  const event = { type, data, occurredAt: new Date(at).toISOString() };
  const after = orderBook.evolve[type]?.(documents.get(key), event, key) as object | undefined;
  if (after !== undefined) documents.set(key, after);
}

function writeDocuments(documents: ReadonlyMap<string, object>, to: string): void {
  const database = new DatabaseSync(to);
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table documents (key text primary key, text text not null) strict;
    create index by_status on documents (json_extract(text, '$."status"'));
    begin;
  `);
  const insert = database.prepare('insert into documents (key, text) values (?, ?)');
  for (const [key, document] of documents) insert.run(key, JSON.stringify(document));
  database.exec('commit');
  database.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(to + ending, { force: true });
}

/** Books with nothing in them, for what is to be copied there from elsewhere. */
import { DatabaseSync } from 'node:sqlite';
import { contextNames } from './books.ts';

/**
 * The tables of all contexts, as far as the audit looks at them: in memory, or in files that are
 * nobody else's and go when it is closed.
 */
export function emptyBooks(where: 'memory' | 'temporary files'): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  const location = where === 'memory' ? ':memory:' : '';
  for (const name of contextNames) {
    database.prepare(`attach ? as ${name}`).run(location);
    database.exec(`
      create table ${name}.log (position integer primary key, id text, direction text, stream text,
        version integer, type text, key text, data text, source text, occurred_at integer);
      create index ${name}.log_stream on log (stream, version);
      create index ${name}.log_outgoing on log (position, type) where direction = 'outgoing';
      create table ${name}.checkpoints (subscription text, position integer);
      create table ${name}.waiting (subscription text, kind text, due integer, payload text);
      create table ${name}."documents:stock-levels@1" (key text, text text);`);
  }
  return database;
}

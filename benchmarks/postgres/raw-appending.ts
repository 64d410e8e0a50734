/**
 * What somebody would write by hand on `pg`, with statements that are prepared once: one insert a
 * transaction, and many rows a statement. Rows of many streams and ids, no version is looked at, no
 * position is kept in order: less than what an event store does.
 */
import { Pool } from 'pg';
import type { NewRecord } from '../../src/log/record.ts';
import type { AppendContender, Appending } from './append-contender.ts';
import {
  createRawTable,
  insertMany,
  INSERT_ONE,
  rawColumns,
  type RawIndexes,
} from './raw-table.ts';
import { rowOf } from '../raw-log.ts';

export interface RawOptions {
  readonly callers: number;
  readonly connections: number;
  readonly indexes: RawIndexes;
}

export function rawOneByOne({ callers, connections, indexes }: RawOptions): AppendContender {
  return {
    name: `raw, one insert a transaction, ${named(connections, indexes)}`,
    callers,
    eventsAtOnce: 1,
    open: (url) =>
      openRaw(url, { connections, indexes }, (pool, [event]) =>
        pool.query({ name: 'one', text: INSERT_ONE, values: rowOf(event as NewRecord) }),
      ),
  };
}

export function rawTogether(options: RawOptions & { readonly rows: number }): AppendContender {
  const { callers, connections, indexes, rows } = options;
  return {
    name: `raw, ${rows} rows a statement, ${named(connections, indexes)}`,
    callers,
    eventsAtOnce: rows,
    open: (url) =>
      openRaw(url, { connections, indexes }, (pool, events) =>
        pool.query({ name: 'many', text: insertMany('events'), values: rawColumns(events) }),
      ),
  };
}

function named(connections: number, indexes: RawIndexes): string {
  const which = indexes === 'all' ? 'our indexes' : 'primary key only';
  return `${connections} connection${connections === 1 ? '' : 's'}, ${which}`;
}

async function openRaw(
  url: string,
  { connections, indexes }: { readonly connections: number; readonly indexes: RawIndexes },
  insert: (pool: Pool, events: readonly NewRecord[]) => Promise<unknown>,
): Promise<Appending> {
  const pool = new Pool({ connectionString: url, max: connections });
  await createRawTable(pool, indexes);
  return { append: (events) => insert(pool, events), close: () => pool.end() };
}

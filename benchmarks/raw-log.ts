/**
 * The raw limit: what somebody would write by hand on `node:sqlite`, with the columns and indexes
 * of a real log (its own migration makes them) and nothing else around it. Tuned: statements
 * prepared once, rows made beforehand, WAL, a cache that holds the indexes' upper pages. Longer
 * gaps between checkpoints, larger pages, more cache and several rows a statement were tried, and
 * gain nothing beyond the spread.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { migration0001 } from '../src/adapters/sqlite/migrations/0001-log.ts';
import type { NewRecord } from '../src/log/record.ts';

export type Row = (string | number | null)[];

export const COLUMNS =
  'id, direction, stream, version, type, schema_version, key, data, source, occurred_at, ' +
  'recorded_at, correlation_id, causation_id, traceparent, metadata';

/** A new file with the tables and indexes of a log, synced at every commit. */
export function openRawLog(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma cache_size = -16384;
    pragma temp_store = memory;
    ${migration0001}
  `);
  return database;
}

/** Inserts rows, so many in each transaction. */
export function insertRows(
  database: DatabaseSync,
  rows: readonly Row[],
  rowsInTransaction: number,
): void {
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const insert = prepareInsert(database);
  for (let first = 0; first < rows.length; first += rowsInTransaction) {
    begin.run();
    const end = Math.min(rows.length, first + rowsInTransaction);
    for (let index = first; index < end; index += 1) insert.run(...(rows[index] as Row));
    commit.run();
  }
}

export function prepareInsert(database: DatabaseSync): StatementSync {
  return database.prepare(`insert into log (${COLUMNS}) values (${'?, '.repeat(14)}?)`);
}

export function rowOf(record: NewRecord): Row {
  return [
    record.id,
    record.direction,
    record.stream,
    record.version,
    record.type,
    record.schemaVersion,
    record.key,
    record.data,
    record.source,
    record.occurredAt,
    record.recordedAt,
    record.correlationId,
    record.causationId,
    record.traceparent,
    record.metadata,
  ];
}

import type { SQLOutputValue } from 'node:sqlite';
import { charactersOf, firstPage, type PageBound } from '../../log/page.ts';
import type { Direction, NewRecord, StoredRecord } from '../../log/record.ts';
import { RecordKnownError } from '../../log/record-known.ts';
import type { Connection } from './connection.ts';
import { isUniqueViolation } from './errors.ts';

/** The columns of a record, in the order in which they are written and read. */
export const RECORD_COLUMNS =
  'position, id, direction, stream, version, type, schema_version, key, data, source, ' +
  'occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata';

/** The same of the view `published_v1`, which leaves out what is the same in each of its rows. */
export const PUBLISHED_COLUMNS =
  "position, id, 'outgoing', null, null, type, schema_version, key, data, source, " +
  'occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata';

const INSERT_RECORD = `
  insert into log (
    position, id, direction, stream, version, type, schema_version, key, data, source,
    occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata
  ) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes a record at a position. */
export function insertRecord(connection: Connection, record: NewRecord, position: number): void {
  try {
    insert(connection, record, position);
  } catch (error) {
    if (isUniqueViolation(error, 'log.id')) throw new RecordKnownError(record.id);
    throw error;
  }
}

function insert(connection: Connection, record: NewRecord, position: number): void {
  connection
    .prepared(INSERT_RECORD)
    .run(
      position,
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
    );
}

/** Runs a query for `RECORD_COLUMNS`. Arrays and not objects: that is most of the speed. */
export function selectRecords(
  connection: Connection,
  sql: string,
  ...parameters: readonly (string | number | null)[]
): StoredRecord[] {
  const rows = connection.preparedArrays(sql).all(...parameters);
  return (rows as unknown as SQLOutputValue[][]).map(recordOfRow);
}

/** The same for a page of them. What is behind its end is not even read, so it fills no memory. */
export function selectPage(
  connection: Connection,
  { sql, parameters }: Query,
  bound: PageBound,
): StoredRecord[] {
  if (bound.charactersMax === undefined)
    return selectRecords(connection, sql, ...parameters, bound.limit);
  const rows = connection.preparedArrays(sql).iterate(...parameters, bound.limit);
  return firstPage(recordsOf(rows), bound, charactersOf);
}

/** A query for `RECORD_COLUMNS` whose last parameter, the limit, is still to come. */
export interface Query {
  readonly sql: string;
  readonly parameters: readonly (string | number | null)[];
}

function* recordsOf(rows: Iterable<unknown>): Generator<StoredRecord> {
  for (const row of rows) yield recordOfRow(row as SQLOutputValue[]);
}

function recordOfRow(row: SQLOutputValue[]): StoredRecord {
  return {
    position: row[0] as number,
    id: row[1] as string,
    direction: row[2] as Direction,
    stream: row[3] as string | null,
    version: row[4] as number | null,
    type: row[5] as string,
    schemaVersion: row[6] as number,
    key: row[7] as string,
    data: row[8] as string,
    source: row[9] as string,
    occurredAt: row[10] as number,
    recordedAt: row[11] as number,
    correlationId: row[12] as string,
    causationId: row[13] as string,
    traceparent: row[14] as string | null,
    metadata: row[15] as string | null,
  };
}

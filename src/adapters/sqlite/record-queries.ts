import type { LogQuery, StreamQuery, StreamsQuery } from '../../log/log.ts';
import { charactersOf, firstPage, type PageBound } from '../../log/page.ts';
import type { StoredRecord } from '../../log/record.ts';
import type { Connection } from './connection.ts';
import { PUBLISHED_COLUMNS, RECORD_COLUMNS, selectPage, selectRecords } from './record-rows.ts';

/** The queries on the log itself. Each says which index it uses. */

/** A part of the log: a page of what is after one position, up to another one. */
export interface Part extends PageBound {
  readonly after: number;
  readonly upTo: number;
}

// The end of the primary key.
export function head(connection: Connection): number {
  const row = connection.prepared('select max(position) as position from log').get();
  return (row?.['position'] as number | null | undefined) ?? 0;
}

// The primary key.
const NEXT = 'select position from log where position > ? order by position limit 1';

/** The first position after this one; this one itself when there is none. */
export function firstPositionAfter(connection: Connection, position: number): number {
  const row = connection.prepared(NEXT).get(position);
  return (row?.['position'] as number | undefined) ?? position;
}

// The primary key.
const READ_ALL = `
  select ${RECORD_COLUMNS} from log where position > ? order by position limit ?`;

// No numbered parameters: Node 22.18 takes them for named ones.
const READ_SOME = `
  select ${RECORD_COLUMNS} from log
  where position > ? and position <= ?
    and (? is null or direction in (select value from json_each(?)))
    and (? is null or type in (select value from json_each(?)))
  order by position limit ?`;

/** All records after a position. */
export function readAll(connection: Connection, query: LogQuery): StoredRecord[] {
  return selectPage(connection, { sql: READ_ALL, parameters: [query.after] }, query);
}

/** The records of some directions and types, in a part of the log. */
export function readSome(
  connection: Connection,
  query: Pick<LogQuery, 'directions' | 'types'>,
  part: Part,
): StoredRecord[] {
  const directions = query.directions === undefined ? null : JSON.stringify(query.directions);
  const types = query.types === undefined ? null : JSON.stringify(query.types);
  const parameters = [part.after, part.upTo, directions, directions, types, types];
  return selectPage(connection, { sql: READ_SOME, parameters }, part);
}

// log_stream.
const READ_STREAM = `
  select ${RECORD_COLUMNS} from log
  where stream = ? and version > ? order by version limit ?`;

export function readStream(
  connection: Connection,
  stream: string,
  query: StreamQuery,
): StoredRecord[] {
  const parameters = [stream, query.afterVersion ?? 0];
  return selectPage(connection, { sql: READ_STREAM, parameters }, query);
}

// The end of the stream in log_stream, without touching a row; twice as fast as max(version).
const STREAM_VERSION = 'select version from log where stream = ? order by version desc limit 1';

export function streamVersion(connection: Connection, stream: string): number {
  const row = connection.preparedArrays(STREAM_VERSION).get(stream) as unknown;
  return (row as [number] | undefined)?.[0] ?? 0;
}

// log_stream, a seek for each stream: those of one name are not walked through.
const FIRST_STREAM = 'select stream from log where stream >= ? order by stream limit 1';
const NEXT_STREAM = 'select stream from log where stream > ? order by stream limit 1';
const LAST_OF_STREAM = `
  select ${RECORD_COLUMNS} from log where stream = ? order by version desc limit 1`;

/** The last record of each stream, by name. */
export function streams(connection: Connection, query: StreamsQuery): StoredRecord[] {
  return firstPage(lastOfStreams(connection, query.from ?? ''), query, charactersOf);
}

function* lastOfStreams(connection: Connection, from: string): Generator<StoredRecord> {
  const nameAt = (sql: string, name: string) =>
    (connection.preparedArrays(sql).get(name) as unknown as [string] | undefined)?.[0];
  let name = nameAt(FIRST_STREAM, from);
  while (name !== undefined) {
    yield* selectRecords(connection, LAST_OF_STREAM, name);
    name = nameAt(NEXT_STREAM, name);
  }
}

// log_id.
const RECORDS_BY_ID = `
  select ${RECORD_COLUMNS} from log
  where id in (select value from json_each(?)) order by position`;

export function recordsById(connection: Connection, ids: readonly string[]): StoredRecord[] {
  return selectRecords(connection, RECORDS_BY_ID, JSON.stringify(ids));
}

// log_action, whose entries end in the position.
const RECORDS_OF_ACTION = `
  select ${RECORD_COLUMNS} from log
  where correlation_id = ? order by position limit ?`;

export function recordsOfAction(
  connection: Connection,
  correlationId: string,
  limit: number,
): StoredRecord[] {
  return selectRecords(connection, RECORDS_OF_ACTION, correlationId, limit);
}

// log_outgoing, by the view.
const READ_PUBLISHED = `
  select ${PUBLISHED_COLUMNS} from published_v1
  where position > ? and position <= ? and type in (select value from json_each(?))
  order by position limit ?`;

export function readPublished(
  connection: Connection,
  types: readonly string[],
  part: Part,
): StoredRecord[] {
  const parameters = [part.after, part.upTo, JSON.stringify(types)];
  return selectPage(connection, { sql: READ_PUBLISHED, parameters }, part);
}

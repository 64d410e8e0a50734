import { charactersOf, firstPage, type PageBound } from '../../log/page.ts';
import type { Direction, StoredRecord } from '../../log/record.ts';
import type { Ask } from './database.ts';

/** The columns of a record, in the order in which they are read. */
export const RECORD_COLUMNS =
  'position, id, direction, stream, version, type, schema_version, key, data, source, ' +
  'occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata';

/** The same of the view `published_v1`, which leaves out what is the same in each of its rows. */
export const PUBLISHED_COLUMNS =
  "position, id, 'outgoing' as direction, null as stream, null as version, type, schema_version, key, data, source, " +
  'occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata';

type RecordRow = readonly [
  number,
  string,
  Direction,
  string | null,
  number | null,
  string,
  number,
  string,
  string,
  string,
  number,
  number,
  string,
  string,
  string | null,
  string | null,
];

/** Runs a query for `RECORD_COLUMNS`. */
export async function selectRecords(
  ask: Ask,
  sql: string,
  values: readonly unknown[],
): Promise<StoredRecord[]> {
  return (await ask<RecordRow>(sql, values)).map(recordOfRow);
}

/**
 * The same for a page: it comes by the column `orderBy`, from the first on. What is behind the
 * page's end never leaves the server when it is bounded by characters.
 */
export async function selectPage(
  ask: Ask,
  { sql, values, orderBy }: PageQuery,
  bound: PageBound,
): Promise<StoredRecord[]> {
  if (bound.limit <= 0) return [];
  const limit = Math.min(bound.limit, LIMIT_MAX);
  const page = `${sql} order by ${orderBy} limit ${limit}`;
  if (bound.charactersMax === undefined) return selectRecords(ask, page, values);
  const records = await selectRecords(
    ask,
    `select ${RECORD_COLUMNS} from (
      select *, sum(length(data) + coalesce(length(metadata), 0))
        over (order by ${orderBy} rows between unbounded preceding and current row)
        - length(data) - coalesce(length(metadata), 0) as before
      from (${page}) as page
    ) as summed where before < ${bound.charactersMax} order by ${orderBy}`,
    values,
  );
  return firstPage(records, bound, charactersOf);
}

/** A query for `RECORD_COLUMNS` without an order and a limit. */
export interface PageQuery {
  readonly sql: string;
  readonly values: readonly unknown[];
  readonly orderBy: 'position' | 'version' | 'stream';
}

/** More rows than this nobody can want at once. */
export const LIMIT_MAX = 100_000;

function recordOfRow(row: RecordRow): StoredRecord {
  return {
    position: row[0],
    id: row[1],
    direction: row[2],
    stream: row[3],
    version: row[4],
    type: row[5],
    schemaVersion: row[6],
    key: row[7],
    data: row[8],
    source: row[9],
    occurredAt: row[10],
    recordedAt: row[11],
    correlationId: row[12],
    causationId: row[13],
    traceparent: row[14],
    metadata: row[15],
  };
}

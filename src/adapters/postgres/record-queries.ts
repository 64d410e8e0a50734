import type { LogQuery, StreamQuery, StreamsQuery } from '../../log/log.ts';
import type { StoredRecord } from '../../log/record.ts';
import type { PublishedQuery } from '../../log/store.ts';
import type { Ask } from './database.ts';
import {
  LIMIT_MAX,
  PUBLISHED_COLUMNS,
  RECORD_COLUMNS,
  selectPage,
  selectRecords,
} from './record-rows.ts';

/** The queries on the log itself. Each says which index it uses. */

/** Whom is asked. */
export interface Asked {
  readonly ask: Ask;
  readonly schema: string;
}

/** Records after a position, up to another one. */
export function readAfter({ ask, schema }: Asked, query: LogQuery, upTo: number) {
  const { after, directions, types } = query;
  const values: unknown[] = [after, upTo];
  const conditions = ['position > $1', 'position <= $2'];
  // Each condition only where it is wanted, so that partitions are left out by their direction.
  if (directions !== undefined) conditions.push(`direction = any ($${values.push(directions)})`);
  if (types !== undefined) conditions.push(`type = any ($${values.push(types)})`);
  // log_by_position of each partition.
  const sql = `select ${RECORD_COLUMNS} from ${schema}.log where ${conditions.join(' and ')}`;
  return selectPage(ask, { sql, values, orderBy: 'position' }, query);
}

export function readPublished({ ask, schema }: Asked, query: PublishedQuery, upTo: number) {
  // log_by_position of the outgoing partitions, by the view.
  const sql = `
    select ${PUBLISHED_COLUMNS} from ${schema}.published_v1
    where position > $1 and position <= $2 and type = any ($3) and ${schema}.is_kept_v1($3, $1)`;
  const values = [query.after, upTo, query.types];
  return selectPage(ask, { sql, values, orderBy: 'position' }, query);
}

/** The highest position up to the horizon. */
export async function headUpTo({ ask, schema }: Asked, horizon: number): Promise<number> {
  // The end of log_by_position of each partition.
  const [row] = await ask<[number | null]>(
    `select max(position) from ${schema}.log where position <= $1`,
    [horizon],
  );
  return row?.[0] ?? 0;
}

export function readStream({ ask, schema }: Asked, stream: string, query: StreamQuery) {
  // log_domain_by_stream.
  const sql = `select ${RECORD_COLUMNS} from ${schema}.log_domain where stream = $1 and version > $2`;
  const values = [stream, query.afterVersion ?? 0];
  return selectPage(ask, { sql, values, orderBy: 'version' }, query);
}

export async function streamVersions(
  { ask, schema }: Asked,
  streams: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  // The primary key.
  const sql = `select stream, version from ${schema}.streams where stream = any ($1)`;
  return new Map(await ask<[string, number]>(sql, [streams]));
}

/** The last record of each stream, by name. */
export function streams({ ask, schema }: Asked, query: StreamsQuery) {
  const { from = '' } = query;
  const limit = Math.min(query.limit, LIMIT_MAX);
  // The primary key of streams, then log_domain_by_stream for each. The limit stands inside as
  // well, so that no plan can join all streams first.
  const sql = `
    select ${RECORD_COLUMNS} from ${schema}.log_domain where (stream, version) in (
      select stream, version from ${schema}.streams
      where stream >= $1 and version > 0 order by stream limit ${limit})`;
  return selectPage(ask, { sql, values: [from], orderBy: 'stream' }, query);
}

export function recordsById({ ask, schema }: Asked, ids: readonly string[]) {
  // log_domain_by_id, and its like for messages.
  const sql = `select ${RECORD_COLUMNS} from ${schema}.log where id = any ($1) order by position`;
  return selectRecords(ask, sql, [ids]);
}

export function recordsOfAction(
  { ask, schema }: Asked,
  correlationId: string,
  limit: number,
): Promise<StoredRecord[]> {
  // log_by_action of each partition.
  const sql = `
    select ${RECORD_COLUMNS} from ${schema}.log
    where correlation_id = $1 order by position limit $2`;
  return selectRecords(ask, sql, [correlationId, limit]);
}

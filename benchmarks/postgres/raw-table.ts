/**
 * A table by hand with the columns of a log, `position` from an identity: what somebody would begin
 * with. `all` has the indexes that our log has for such a record, `primary key` only one of the
 * position; the aim does not say which, so both are measured.
 */
import type { NewRecord } from '../../src/log/record.ts';
import type { Client, Pool } from 'pg';
import { type Row, rowOf } from '../raw-log.ts';

export type RawIndexes = 'all' | 'primary key';

const TABLE = `
  create table events (
    position bigint generated always as identity primary key,
    id text collate "C" not null,
    direction text collate "C" not null,
    stream text collate "C",
    version bigint,
    type text collate "C" not null,
    schema_version bigint not null,
    key text collate "C" not null,
    data text collate "C" not null,
    source text collate "C" not null,
    occurred_at bigint not null,
    recorded_at bigint not null,
    correlation_id text collate "C" not null,
    causation_id text collate "C" not null,
    traceparent text collate "C",
    metadata text collate "C"
  )`;

const INDEXES = `
  create unique index events_by_id on events (id);
  create unique index events_by_stream on events (stream, version);
  create index events_by_action on events (correlation_id, position)`;

/** The columns and their types, but for the position. */
const COLUMNS = [
  ['id', 'text'],
  ['direction', 'text'],
  ['stream', 'text'],
  ['version', 'bigint'],
  ['type', 'text'],
  ['schema_version', 'bigint'],
  ['key', 'text'],
  ['data', 'text'],
  ['source', 'text'],
  ['occurred_at', 'bigint'],
  ['recorded_at', 'bigint'],
  ['correlation_id', 'text'],
  ['causation_id', 'text'],
  ['traceparent', 'text'],
  ['metadata', 'text'],
] as const;

const NAMES = COLUMNS.map(([name]) => name).join(', ');

export const INSERT_ONE = `
  insert into events (${NAMES}) values (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})`;

/** Takes rows as columns: an array each. `position` is how their positions are made, if not by default. */
export function insertMany(table: string, position?: string): string {
  const arrays = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  const [into, from] = position === undefined ? ['', ''] : ['position, ', `${position}, `];
  return `
    insert into ${table} (${into}${NAMES})
    select ${from}${NAMES} from unnest(${arrays}) as given (${NAMES})`;
}

export async function createRawTable(client: Client | Pool, indexes: RawIndexes): Promise<void> {
  await client.query(TABLE);
  if (indexes === 'all') await client.query(INDEXES);
}

/** The values of many records, by column. */
export function rawColumns(records: readonly NewRecord[]): Row[] {
  const rows = records.map(rowOf);
  return COLUMNS.map((_, column) => rows.map((row) => row[column] ?? null));
}

import type { NewRecord } from '../../log/record.ts';
import { LogMissingError, type StagedRecord } from '../../log/staging.ts';
import { codeOf, translate } from './errors.ts';
import type { Place } from './schema.ts';

/**
 * Puts a record into a transaction of the user's own: see migration 6. Answers with the number of
 * that transaction, by which can be seen what became of it.
 *
 * All values go as texts: a number or a null each library sends by its own rules and settings. One
 * JSON for all of them would be shorter, and costs the server half as much again.
 */
export async function stage<Tx>(
  { context, schema }: Place,
  { record, tx, library }: StagedRecord<Tx>,
): Promise<string> {
  try {
    const [row = {}] = await library.run(tx, stageSql(schema), valuesOf(record));
    // By its place: some libraries give columns other names.
    return String(Object.values(row)[0]);
  } catch (error) {
    throw explained(error, context);
  }
}

function stageSql(schema: string): string {
  return `insert into ${schema}.staged (id, type, schema_version, key, data, source, occurred_at,
      recorded_at, correlation_id, causation_id, traceparent, metadata)
    values ($1, $2, $3::text::bigint, $4, $5, $6, $7::text::bigint, $8::text::bigint, $9, $10,
      nullif($11, ''), nullif($12, ''))
    returning pg_current_xact_id()::text as transaction`;
}

function valuesOf(record: NewRecord): readonly string[] {
  return [
    record.id,
    record.type,
    `${record.schemaVersion}`,
    record.key,
    record.data,
    record.source,
    `${record.occurredAt}`,
    `${record.recordedAt}`,
    record.correlationId,
    record.causationId,
    record.traceparent ?? '',
    record.metadata ?? '',
  ];
}

/** Ours is what is about the log. All else is about the transaction, and told as its library does. */
function explained(error: unknown, context: string): unknown {
  const code = codeOf(error) ?? '';
  if (code === UNDEFINED_TABLE || code === UNDEFINED_SCHEMA)
    return new LogMissingError(context, error);
  return ABOUT_THE_LOG.has(code) ? translate(error) : error;
}

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_SCHEMA = '3F000';
/** No right to insert; a text that cannot be kept. */
const ABOUT_THE_LOG: ReadonlySet<string> = new Set(['42501', '22021', '22P05']);

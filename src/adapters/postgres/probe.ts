import type { Ask } from './database.ts';
import { literal, type Place } from './schema.ts';

/**
 * Looks whether what the order of positions rests on is so (see migration 2): a sequence that
 * gives out one number at a time, upwards, and a primary server on which the locks of writers can
 * be seen. Runs inside a transaction.
 *
 * @throws {LogSettingsError} naming what is not so.
 */
export async function assertSettings(ask: Ask, { context, schema }: Place): Promise<void> {
  const [row] = await ask<[boolean, boolean, boolean, boolean]>(
    `select s.seqincrement = 1 and s.seqcache = 1 and not s.seqcycle, pg_is_in_recovery(),
      current_setting('server_version_num')::integer >= ${OLDEST},
      pg_try_advisory_xact_lock_shared(${probed(schema)}::bigint::bit(32)::integer, 0)
    from pg_sequence s where s.seqrelid = ${literal(`${schema}.log_position`)}::regclass`,
  );
  const [isInOrder, isStandby, isNewEnough, isTaken] = row ?? [false, false, false, false];
  if (!isInOrder) throw new LogSettingsError(context, SEQUENCE);
  if (isStandby) throw new LogSettingsError(context, 'the server is a standby');
  if (!isNewEnough) throw new LogSettingsError(context, 'the server is older than PostgreSQL 14');
  if (!isTaken) throw new LogSettingsError(context, 'its locks cannot be taken');
  if (!(await isLockSeen(ask, schema))) throw new LogSettingsError(context, UNSEEN);
}

/** As a reader looks for it: see `horizon_v1`. */
async function isLockSeen(ask: Ask, schema: string): Promise<boolean> {
  const rows = await ask(
    `select from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2
      and l.mode = 'ShareLock' and l.granted and l.pid = pg_backend_pid()
      and l.classid = ${probed(schema)} and l.objid = 0
      and l.database = (select d.oid from pg_database d where d.datname = current_database())`,
  );
  return rows.length > 0;
}

const OLDEST = 140_000;
const SEQUENCE = 'its sequence "log_position" must have increment 1, cache 1 and no cycle';
const UNSEEN = 'its locks cannot be seen in pg_locks, so nobody knows for which writer to wait';

/** Not the log's own number: readers would wait for it. */
function probed(schema: string): string {
  return `${literal(`${schema}.server_life`)}::regclass::oid`;
}

/** Something that the order of records rests on is not so. Nothing was written. */
export class LogSettingsError extends Error {
  override readonly name = 'LogSettingsError';
  readonly code = 'log-settings';
  readonly retryable = false;
  readonly context: string;
  readonly reason: string;

  constructor(context: string, reason: string) {
    super(
      `The log of "${context}" cannot be used: ${reason}. Its readers could miss records. Set it ` +
        'right (docs/postgres.md says how) and start again.',
    );
    this.context = context;
    this.reason = reason;
  }
}

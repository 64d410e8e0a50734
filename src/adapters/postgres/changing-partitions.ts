import type { Ask } from './database.ts';
import { codeOf } from './errors.ts';
import { type Partitioned, parentOf } from './partitions.ts';
import { literal } from './schema.ts';
import type { Server } from './server.ts';
import { inTransaction } from './transaction.ts';

/** Nobody is kept waiting for longer than this by a change that itself has to wait. */
const LOCK_TIMEOUT_MS = 100;
/** So often it is tried within one look, and after these pauses. */
const TRIES_MAX = 5;
const PAUSE_MS = 200;

/** The code of a lock that was not to be had in time. */
const NO_LOCK = '55P03';

/**
 * Changes the partitions of a direction while nobody reads or writes messages of it: each change
 * takes milliseconds, and what it may wait before it, others wait too, so that is bounded. The lock
 * on the whole comes first, as with everybody who reads or writes, so nobody waits in a circle. What
 * was decided upon before must be looked at again in there.
 *
 * Answers undefined when another process is just about it.
 */
export async function changePartitions<T>(
  server: Server,
  of: Partitioned,
  change: (ask: Ask) => Promise<T>,
): Promise<T | undefined> {
  for (let count = 1; ; count += 1) {
    try {
      return await inTransaction(server, (ask) => changeAlone(ask, of, change));
    } catch (error) {
      if (codeOf(error) !== NO_LOCK || count === TRIES_MAX) throw error;
      await server.host.clock.sleep(PAUSE_MS * count);
    }
  }
}

async function changeAlone<T>(
  ask: Ask,
  of: Partitioned,
  change: (ask: Ask) => Promise<T>,
): Promise<T | undefined> {
  const lock = `${literal(`${of.schema}.dropped`)}::regclass::oid::bigint::bit(32)::integer, 0`;
  const [row] = await ask<[boolean]>(`select pg_try_advisory_xact_lock(${lock})`);
  if (row?.[0] !== true) return undefined;
  await ask(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await ask(`lock table only ${parentOf(of)} in access exclusive mode`);
  return change(ask);
}

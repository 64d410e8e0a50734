import type { Clock } from '../../host/clock.ts';
import type { Connection } from './connection.ts';
import { isBusy, StoreBusyError, type Where } from './errors.ts';

/** So long another process may hold the write lock before it is an error. */
const BUSY_LIMIT_MS = 5_000;
const BUSY_PAUSE_MAX_MS = 50;

export interface TransactionOptions {
  readonly where: Where;
  readonly clock: Clock;
  /** Called as soon as it is committed. */
  readonly onCommit?: () => void;
  /** Called when what `work` did is undone. */
  readonly onRollBack?: () => void;
}

/**
 * Does `work` in a transaction, synchronous from BEGIN to COMMIT: nothing else of this process can
 * come between. Begins anew when another process was faster.
 */
export function inTransaction<T>(
  connection: Connection,
  { where, clock, onCommit, onRollBack }: TransactionOptions,
  work: () => T,
): Promise<T> {
  return unlessBusy(clock, where, () => {
    connection.prepared('begin immediate').run();
    try {
      const done = work();
      connection.prepared('commit').run();
      onCommit?.();
      return done;
    } catch (error) {
      rollBack(connection);
      onRollBack?.();
      throw error;
    }
  });
}

/**
 * Does something that another process may keep from being done for a moment. Its lock is waited
 * for asynchronously: SQLite's own `busy_timeout` would make the event loop stand still.
 */
export async function unlessBusy<T>(clock: Clock, where: Where, work: () => T): Promise<T> {
  let waitedMs = 0;
  for (let pauseMs = 1; ; pauseMs = Math.min(BUSY_PAUSE_MAX_MS, pauseMs * 2)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (waitedMs >= BUSY_LIMIT_MS) throw new StoreBusyError(where, waitedMs, error);
    }
    await clock.sleep(pauseMs);
    waitedMs += pauseMs;
  }
}

/** Rolls back where there is still something to roll back: SQLite did so itself on a full disk. */
export function rollBack(connection: Connection): void {
  if (connection.database.isOpen && connection.database.isTransaction) {
    connection.database.exec('rollback');
  }
}

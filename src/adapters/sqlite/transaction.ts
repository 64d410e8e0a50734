import type { Clock } from '../../host/clock.ts';
import type { Connection } from './connection.ts';
import { isBusy, StoreBusyError, type Where } from './errors.ts';

/** So long another process may hold the write lock before it is an error. */
const BUSY_LIMIT_MS = 5_000;
const BUSY_PAUSE_MAX_MS = 50;

/** Begins a transaction that may write. */
export function beginImmediate(
  connection: Connection,
  clock: Clock,
  where: Where,
): Promise<unknown> {
  return unlessBusy(clock, where, () => connection.prepared('begin immediate').run());
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

export function commitTransaction(connection: Connection): void {
  connection.prepared('commit').run();
}

/** Rolls back where there is still something to roll back: SQLite did so itself on a full disk. */
export function rollBack(connection: Connection): void {
  if (connection.database.isOpen && connection.database.isTransaction) {
    connection.database.exec('rollback');
  }
}

/** Lets one at a time work, in the order of their coming. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    let done!: () => void;
    this.#last = new Promise((resolve) => (done = resolve));
    await before;
    try {
      return await work();
    } finally {
      done();
    }
  }
}

import { DatabaseSync } from 'node:sqlite';
import { LogInUseError } from '../../log/log-in-use.ts';
import { openReader } from './connection.ts';
import { isBusy, translate, type Where } from './errors.ts';
import { readMeta } from './log-file.ts';

/** Who runs a log: kept in its `meta`, so that a second one can be told. */
export interface Owner {
  readonly pid: number;
  readonly startedAt: number;
}

/**
 * Makes us the one running owner of a context's log, until `release` or the end of the process:
 * an exclusive transaction on a file beside it, which the kernel gives free even at `kill -9`.
 *
 * Nothing may open that file but SQLite: closing any other handle to it in this process would
 * give the lock free.
 */
export function acquireOwnerLock(where: Where): { release: () => void } {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(where.path.replace(/\.sqlite$/, '.lock'));
    database.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive');
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new LogInUseError({ context: where.context, ...runningOwner(where) });
    throw translate(error, where);
  }
  const held = database;
  return { release: () => held.close() };
}

/** What the running owner wrote about itself; nothing when it had no time to. */
function runningOwner(where: Where): Partial<Owner> {
  try {
    const connection = openReader(where.path);
    try {
      return JSON.parse(readMeta(connection, 'owner') ?? '{}') as Partial<Owner>;
    } finally {
      connection.close();
    }
  } catch {
    // Only for the message: that the log is in use is known already.
    return {};
  }
}

import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../host/clock.ts';
import { LogInUseError } from '../../log/log-in-use.ts';
import { openReader } from './connection.ts';
import { isBusy, translate, type Where } from './errors.ts';
import { readMeta } from './log-file.ts';

/** Who runs a log: kept in its `meta`, so that a second one can be told. */
export interface Owner {
  readonly pid: number;
  readonly startedAt: number;
}

/** Who only looks whether somebody has the lock has it himself, for much less than this. */
const LOOK_MS = 10;
const LOOKS_MAX = 5;

/**
 * Makes us the one running owner of a context's log, until `release` or the end of the process:
 * an exclusive transaction on a file beside it, which the kernel gives free even at `kill -9`.
 *
 * Nothing may open that file but SQLite: closing any other handle to it in this process would
 * give the lock free.
 */
export async function acquireOwnerLock(
  where: Where,
  clock: Clock,
): Promise<{ release: () => void }> {
  for (let looks = 1; ; looks += 1) {
    const lock = tryOwnerLock(where);
    if (lock !== undefined) return lock;
    if (looks === LOOKS_MAX)
      throw new LogInUseError({ context: where.context, ...writtenOwner(where) });
    await clock.sleep(LOOK_MS);
  }
}

/**
 * Who runs a log now; undefined when nobody does. Of an owner that has only just begun, nothing may be
 * known.
 */
export function runningOwner(where: Where): Partial<Owner> | undefined {
  const path = lockFile(where);
  // Opened to read only, and where there is none none is made.
  if (!existsSync(path)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    database.exec('pragma busy_timeout = 0; select count(*) from sqlite_schema');
    return undefined;
  } catch (error) {
    if (isBusy(error)) return writtenOwner(where);
    throw translate(error, where);
  } finally {
    database?.close();
  }
}

function tryOwnerLock(where: Where): { release: () => void } | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(lockFile(where));
    database.exec('pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive');
  } catch (error) {
    database?.close();
    if (isBusy(error)) return undefined;
    throw translate(error, where);
  }
  const held = database;
  return { release: () => held.close() };
}

function lockFile({ path }: Where): string {
  return path.replace(/\.sqlite$/, '.lock');
}

/** What the running owner wrote about itself; nothing when it had no time to. */
function writtenOwner(where: Where): Partial<Owner> {
  try {
    const connection = openReader(where.path);
    try {
      return JSON.parse(readMeta(connection, 'owner') ?? '{}') as Partial<Owner>;
    } finally {
      connection.close();
    }
  } catch {
    // Only to name it: that the log is in use is known already.
    return {};
  }
}

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup as copyDatabase } from 'node:sqlite';
import { systemClock } from '../../host/clock.ts';
import { type Connection, openReader } from './connection.ts';
import { translate, type Where } from './errors.ts';
import { contextsIn, placeOf, readMeta, recognise } from './log-file.ts';
import { marks } from './progress-queries.ts';
import { head } from './record-queries.ts';

/** Copied at a time, before the event loop has its turn: 4 MB. */
const PAGES_AT_A_TIME = 1_000;
/** So often it is tried to catch all contexts at a moment at which they agree. */
const MOMENTS_MAX = 50;

/**
 * Copies the logs of all contexts in a directory to another one, while the application runs. Each
 * copy is the log at one moment, and together they agree: no context has taken in what its
 * publisher's copy does not hold. Returns the contexts.
 *
 * To restore: stop the application, put all copies in the place of the files (and delete what is
 * left of `*.sqlite-wal` and `*.sqlite-shm`), start it. When only some contexts are restored, the
 * others may have seen more of them than they now hold: they stop taking from them and say so, until
 * `newEpoch(directory, context)` was called for each restored one.
 *
 * @throws {BackupTargetError} when the target holds a file of that name already.
 *
 * @example
 * await backup('./data', './backups/monday');
 */
export async function backup(directory: string, target: string): Promise<readonly string[]> {
  const contexts = contextsIn(directory);
  mkdirSync(target, { recursive: true });
  for (const context of contexts) {
    const { path } = placeOf(target, context);
    if (existsSync(path)) throw new BackupTargetError(path);
  }
  const snapshots = await agreeingSnapshots(directory, contexts);
  try {
    for (const snapshot of snapshots) await copy(snapshot, target);
  } finally {
    for (const snapshot of snapshots) snapshot.connection.close();
  }
  return snapshots.map((snapshot) => snapshot.where.context);
}

/** One context's log, held at one moment by an open read transaction. */
interface Snapshot {
  readonly where: Where;
  readonly connection: Connection;
  readonly epoch: string;
  readonly head: number;
}

async function agreeingSnapshots(
  directory: string,
  contexts: readonly string[],
): Promise<readonly Snapshot[]> {
  const clock = systemClock();
  for (let moment = 1; ; moment += 1) {
    const snapshots = snapshotAll(directory, contexts);
    if (moment === MOMENTS_MAX || agree(snapshots)) return snapshots;
    for (const snapshot of snapshots) snapshot.connection.close();
    await clock.sleep(moment);
  }
}

/** Without an await: an owner in this process commits nothing in between. */
function snapshotAll(directory: string, contexts: readonly string[]): Snapshot[] {
  const snapshots: Snapshot[] = [];
  try {
    for (const context of contexts) {
      const snapshot = takeSnapshot(placeOf(directory, context));
      if (snapshot !== undefined) snapshots.push(snapshot);
    }
  } catch (error) {
    for (const snapshot of snapshots) snapshot.connection.close();
    throw error;
  }
  return snapshots;
}

function takeSnapshot(where: Where): Snapshot | undefined {
  const connection = openReader(where.path);
  let snapshot: Snapshot | undefined;
  try {
    connection.database.exec('begin');
    if (recognise(connection, where) === 0) return undefined;
    const epoch = readMeta(connection, 'epoch') ?? '';
    snapshot = { where, connection, epoch, head: head(connection) };
    return snapshot;
  } catch (error) {
    throw translate(error, where);
  } finally {
    if (snapshot === undefined) connection.close();
  }
}

/** Has nobody taken in more than the snapshot of the publisher holds? */
function agree(snapshots: readonly Snapshot[]): boolean {
  const byContext = new Map(snapshots.map((snapshot) => [snapshot.where.context, snapshot]));
  return snapshots.every((snapshot) =>
    marks(snapshot.connection).every((mark) => {
      const publisher = byContext.get(mark.source);
      if (publisher === undefined || publisher.epoch !== mark.epoch) return true;
      return mark.position <= publisher.head;
    }),
  );
}

// Under another name until it is whole, so that no half copy is ever taken for a log. SQLite copies
// what the open read transaction sees, whatever is committed meanwhile, and syncs it at the end.
async function copy({ where, connection }: Snapshot, target: string): Promise<void> {
  const unfinished = join(target, `${where.context}.unfinished`);
  rmSync(unfinished, { force: true });
  const to = { context: where.context, path: placeOf(target, where.context).path };
  try {
    await copyDatabase(connection.database, unfinished, { rate: PAGES_AT_A_TIME });
    renameSync(unfinished, to.path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw translate(error, to);
  }
}

/** The target has a file of that name. A backup never writes over another one. */
export class BackupTargetError extends Error {
  override readonly name = 'BackupTargetError';
  readonly code = 'backup-target';
  readonly retryable = false;
  readonly path: string;

  constructor(path: string) {
    super(`${path} exists already. Give the backup a directory of its own.`);
    this.path = path;
  }
}

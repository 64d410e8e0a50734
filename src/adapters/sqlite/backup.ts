import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup as copyDatabase } from 'node:sqlite';
import type { Clock } from '../../host/clock.ts';
import { type Host, systemHost } from '../../host/host.ts';
import { type Connection, openReader } from './connection.ts';
import { translate, type Where } from './errors.ts';
import { contextsIn, placeOf, readMeta, recognise } from './log-file.ts';
import { marks } from './progress-queries.ts';
import { head } from './record-queries.ts';

/** Copied at a time, before the event loop has its turn: 4 MB. */
const PAGES_AT_A_TIME = 1_000;
/** So often it is tried to catch all contexts at a moment at which they agree. */
const MOMENTS_MAX = 50;

/** How a backup is taken. */
export interface BackupOptions {
  readonly host?: Partial<Host>;
}

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
 * When it throws, the target holds nothing of it.
 *
 * @throws {BackupTargetError} when the target holds a file of that name already.
 * @throws {BackupDisagreesError} when no moment was found at which the contexts agree.
 *
 * @example
 * await backup('./data', './backups/monday');
 */
export async function backup(
  directory: string,
  target: string,
  options: BackupOptions = {},
): Promise<readonly string[]> {
  const contexts = contextsIn(directory);
  for (const context of contexts) {
    const { path } = placeOf(target, context);
    if (existsSync(path)) throw new BackupTargetError(path);
  }
  const { clock } = systemHost(options.host);
  const snapshots = await agreeingSnapshots(directory, contexts, clock);
  try {
    await copyAll(snapshots, target);
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
  clock: Clock,
): Promise<readonly Snapshot[]> {
  for (let moment = 1; ; moment += 1) {
    const snapshots = snapshotAll(directory, contexts);
    const [ahead] = consumersAhead(snapshots);
    if (ahead === undefined) return snapshots;
    for (const snapshot of snapshots) snapshot.connection.close();
    if (moment === MOMENTS_MAX) throw new BackupDisagreesError(ahead);
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

interface Ahead {
  readonly consumer: string;
  readonly publisher: string;
  readonly taken: number;
  readonly head: number;
}

/** Who has taken in more than the snapshot of the publisher holds. */
function consumersAhead(snapshots: readonly Snapshot[]): readonly Ahead[] {
  const byContext = new Map(snapshots.map((snapshot) => [snapshot.where.context, snapshot]));
  return snapshots.flatMap(({ where, connection }) =>
    marks(connection).flatMap(({ source, epoch, position }) => {
      const publisher = byContext.get(source);
      if (publisher?.epoch !== epoch || position <= publisher.head) return [];
      const { head } = publisher;
      return [{ consumer: where.context, publisher: source, taken: position, head }];
    }),
  );
}

/** All of them, or none. */
async function copyAll(snapshots: readonly Snapshot[], target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const copied: string[] = [];
  try {
    for (const snapshot of snapshots) copied.push(await copy(snapshot, target));
  } catch (error) {
    for (const path of copied) rmSync(path, { force: true });
    throw error;
  }
}

// Under another name until it is whole, so that no half copy is ever taken for a log. SQLite copies
// what the open read transaction sees, whatever is committed meanwhile, and syncs it at the end.
async function copy({ where, connection }: Snapshot, target: string): Promise<string> {
  const unfinished = join(target, `${where.context}.unfinished`);
  rmSync(unfinished, { force: true });
  const to = { context: where.context, path: placeOf(target, where.context).path };
  try {
    await copyDatabase(connection.database, unfinished, { rate: PAGES_AT_A_TIME });
    renameSync(unfinished, to.path);
    return to.path;
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

/**
 * The contexts were never seen at a moment at which they agree: one has always taken in more than
 * its publisher's copy would hold. Nothing was copied.
 */
export class BackupDisagreesError extends Error {
  override readonly name = 'BackupDisagreesError';
  readonly code = 'backup-disagrees';
  readonly retryable = true;
  readonly consumer: string;
  readonly publisher: string;
  readonly taken: number;
  readonly head: number;

  constructor({ consumer, publisher, taken, head }: Ahead) {
    super(
      `No moment was found, in ${MOMENTS_MAX} tries, at which all contexts agree: the log of ` +
        `"${publisher}" ended at ${head} when "${consumer}" had taken in ${taken} of it. Nothing ` +
        'was copied. Try again when less is going on, or call backup in the process that runs them. ' +
        `If "${publisher}" was restored, begin its new epoch first (newEpoch).`,
    );
    this.consumer = consumer;
    this.publisher = publisher;
    this.taken = taken;
    this.head = head;
  }
}

import { existsSync } from 'node:fs';
import { type Host, systemHost } from '../../host/host.ts';
import {
  EpochLostError,
  type NewEpoch,
  type Predecessor,
  type RecoverOptions,
  type SeenByNeighbour,
} from '../../log/recover.ts';
import { type Connection, openReader, openWriter, plainRows } from './connection.ts';
import { LogCorruptError, translate, type Where } from './errors.ts';
import { keepOperation } from './kept-queries.ts';
import { lastPosition } from './known-ends.ts';
import { contextsIn, migrate, placeOf, readMeta, recognise, writeMeta } from './log-file.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { checkpoints, marks } from './progress-queries.ts';
import { head } from './record-queries.ts';
import { inTransaction, unlessBusy } from './transaction.ts';
import { syncWalOf } from './wal-sync.ts';

/** How a new epoch is begun. */
export interface NewEpochOptions extends RecoverOptions {
  readonly host?: Partial<Host>;
}

/**
 * After a log was restored from a backup: begins a new epoch, whose positions lie beyond all that
 * anybody has seen of the log before. Its consumers go on from the last position that it shares
 * with its predecessor, and know by message ids what they have already taken in. The application
 * must be stopped.
 *
 * When the log is lost and there is no backup, it begins an empty one, if `accept` says so: its
 * consumers then take in what it publishes from its beginning.
 *
 * @throws {LogInUseError} while an owner runs.
 * @throws {EpochLostError} when neighbours have taken in of an epoch that the log knows nothing of.
 *
 * @example
 * await newEpoch('./data', 'ordering');
 */
export async function newEpoch(
  directory: string,
  context: string,
  options: NewEpochOptions = {},
): Promise<NewEpoch> {
  const where = placeOf(directory, context);
  const host = systemHost(options.host);
  const seen = seenByNeighbours(directory, context);
  if (!existsSync(where.path)) {
    if (seen.length === 0) throw new LogCorruptError(where, 'there is no such file');
    if (options.accept === undefined) throw new EpochLostError(context, seen);
  }
  const lock = await acquireOwnerLock(where, host.clock);
  let connection: Connection | undefined;
  try {
    connection = await unlessBusy(host.clock, where, () => openWriter(where.path));
    const opened = connection;
    const begun = await inTransaction(opened, { where, clock: host.clock }, () => {
      migrate(opened, where, host.ids);
      acceptLost(opened, { where, seen, host, accept: options.accept });
      const beyondElsewhere = seen.map(({ position }) => position);
      return begin(opened, host.ids.next(), Math.max(options.beyond ?? 0, ...beyondElsewhere));
    });
    await syncWalOf(where);
    return begun;
  } catch (error) {
    throw translate(error, where);
  } finally {
    connection?.close();
    lock.release();
  }
}

/** The epochs that this log went on from. */
export function predecessors(connection: Connection): Predecessor[] {
  const sql = 'select epoch, up_to as upTo from predecessors order by up_to, epoch';
  return plainRows<Predecessor>(connection.prepared(sql).all());
}

/** A lost epoch becomes one of which nothing is shared: who has taken in of it begins anew. */
function acceptLost(
  connection: Connection,
  found: {
    readonly where: Where;
    readonly seen: readonly SeenByNeighbour[];
    readonly host: Host;
    readonly accept: NewEpochOptions['accept'];
  },
): void {
  const { where, seen, host, accept } = found;
  const { context } = where;
  const known = new Set(predecessors(connection).map(({ epoch }) => epoch));
  known.add(readMeta(connection, 'epoch') ?? '');
  const lost = seen.filter(({ epoch }) => !known.has(epoch));
  if (lost.length === 0) return;
  if (accept === undefined) throw new EpochLostError(context, lost);
  for (const epoch of new Set(lost.map((one) => one.epoch)))
    connection.prepared('insert into predecessors (epoch, up_to) values (?, 0)').run(epoch);
  keepOperation(connection, {
    id: host.ids.next(),
    at: host.clock.now(),
    action: 'new-epoch',
    ...accept,
    detail: JSON.stringify({ lost }),
  });
}

function begin(connection: Connection, epoch: string, beyondElsewhere: number): NewEpoch {
  const before = readMeta(connection, 'epoch') ?? '';
  const upTo = head(connection);
  const positions = checkpoints(connection).map((checkpoint) => checkpoint.position);
  const beyond = Math.max(lastPosition(connection), beyondElsewhere, ...positions);
  // What it shared with an older epoch beyond its present end is gone too.
  connection.prepared('update predecessors set up_to = min(up_to, ?)').run(upTo);
  connection.prepared('insert into predecessors (epoch, up_to) values (?, ?)').run(before, upTo);
  writeMeta(connection, 'beyond', String(beyond));
  writeMeta(connection, 'epoch', epoch);
  return { epoch, predecessor: { epoch: before, upTo }, beyond };
}

/** How far the other contexts in this directory have taken this log in, those that have any of it. */
function seenByNeighbours(directory: string, context: string): SeenByNeighbour[] {
  if (!existsSync(directory)) return [];
  return contextsIn(directory)
    .filter((neighbour) => neighbour !== context)
    .flatMap((neighbour) =>
      marksOf(placeOf(directory, neighbour))
        .filter(({ source, position }) => source === context && position > 0)
        .map(({ epoch, position }) => ({ neighbour, epoch, position })),
    );
}

function marksOf(where: Where) {
  const connection = openReader(where.path);
  try {
    return recognise(connection, where) === 0 ? [] : marks(connection);
  } catch (error) {
    throw translate(error, where);
  } finally {
    connection.close();
  }
}

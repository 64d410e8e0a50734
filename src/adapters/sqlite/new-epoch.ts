import { existsSync } from 'node:fs';
import { type Host, systemHost } from '../../host/host.ts';
import type { Predecessor } from '../../log/store.ts';
import { type Connection, openReader, openWriter, plainRows } from './connection.ts';
import { LogCorruptError, translate, type Where } from './errors.ts';
import { lastPosition } from './known-ends.ts';
import { contextsIn, migrate, placeOf, readMeta, recognise, writeMeta } from './log-file.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { checkpoints, marks } from './progress-queries.ts';
import { head } from './record-queries.ts';
import { inTransaction, unlessBusy } from './transaction.ts';
import { syncWalOf } from './wal-sync.ts';

/** How a new epoch is begun. */
export interface NewEpochOptions {
  /** A position that somebody elsewhere has seen of this log. Those in its directory are asked. */
  readonly beyond?: number;
  readonly host?: Partial<Host>;
}

/** The epoch that a restored log goes on in. */
export interface NewEpoch {
  readonly epoch: string;
  /** The epoch before, and the last position that the log still has of it. */
  readonly predecessor: Predecessor;
  /** All positions from now on are greater. */
  readonly beyond: number;
}

/**
 * After a log was restored from a backup: begins a new epoch, whose positions lie beyond all that
 * anybody has seen of the log before. Its consumers go on from the last position that it shares
 * with its predecessor, and know by message ids what they have already taken in. The application
 * must be stopped.
 *
 * @throws {LogInUseError} while an owner runs.
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
  const beyondElsewhere = Math.max(options.beyond ?? 0, ...seenByNeighbours(directory, context));
  if (!existsSync(where.path)) throw new LogCorruptError(where, 'there is no such file');
  const lock = acquireOwnerLock(where);
  let connection: Connection | undefined;
  try {
    connection = await unlessBusy(host.clock, where, () => openWriter(where.path));
    const opened = connection;
    const begun = await inTransaction(opened, { where, clock: host.clock }, () => {
      migrate(opened, where, host.ids);
      return begin(opened, host.ids.next(), beyondElsewhere);
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

/** How far the other contexts in this directory have taken this log in. */
function seenByNeighbours(directory: string, context: string): number[] {
  return contextsIn(directory)
    .filter((neighbour) => neighbour !== context)
    .flatMap((neighbour) => marksOf(placeOf(directory, neighbour)))
    .filter((mark) => mark.source === context)
    .map((mark) => mark.position);
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

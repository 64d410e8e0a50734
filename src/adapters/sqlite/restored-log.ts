import { dirname } from 'node:path';
import type { Connection } from './connection.ts';
import { openReader } from './connection.ts';
import type { Where } from './errors.ts';
import { lastPosition } from './known-ends.ts';
import { contextsIn, placeOf, readMeta, recognise } from './log-file.ts';
import { marks } from './progress-queries.ts';

/**
 * A log that was put back from a backup must not be written to before it has a new epoch: it would
 * give out again positions that its neighbours have already gone by, and they would never ask for
 * what then stands there. Neighbours in the same directory say how far they have come.
 *
 * @throws {LogBehindError} when one of them has seen more of this log than it holds.
 */
export function assertNotBehind(connection: Connection, where: Where): void {
  const epoch = readMeta(connection, 'epoch');
  const last = lastPosition(connection);
  for (const neighbour of contextsIn(dirname(where.path))) {
    if (neighbour === where.context) continue;
    for (const mark of marksSeen(placeOf(dirname(where.path), neighbour)))
      if (mark.source === where.context && mark.epoch === epoch && mark.position > last)
        throw new LogBehindError(where, { last, neighbour, seen: mark.position });
  }
}

// What is wrong with a neighbour's own file is for whoever opens that one to say.
function marksSeen(where: Where): ReturnType<typeof marks> {
  let connection: Connection | undefined;
  try {
    connection = openReader(where.path);
    return recognise(connection, where) === 0 ? [] : marks(connection);
  } catch {
    return [];
  } finally {
    connection?.close();
  }
}

/** The log was restored from a backup, and has no new epoch yet. Nothing was written to it. */
export class LogBehindError extends Error {
  override readonly name = 'LogBehindError';
  readonly code = 'log-behind';
  readonly retryable = false;
  readonly context: string;
  readonly last: number;
  readonly neighbour: string;
  readonly seen: number;

  constructor(where: Where, found: { last: number; neighbour: string; seen: number }) {
    const { last, neighbour, seen } = found;
    const directory = JSON.stringify(dirname(where.path));
    super(
      `${where.path} ends at position ${last}, but "${neighbour}" has taken in ${seen} of it: it ` +
        `was restored from a backup. Before it is written to, call newEpoch(${directory}, ` +
        `"${where.context}") of thereupon/sqlite; docs/backup.md says why.`,
    );
    this.context = where.context;
    this.last = last;
    this.neighbour = neighbour;
    this.seen = seen;
  }
}

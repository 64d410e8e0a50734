import { dirname } from 'node:path';
import { LogBehindError } from '../../log/log-behind.ts';
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
        throw behind(where, { last, neighbour, seen: mark.position });
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

function behind(
  { context, path: place }: Where,
  found: { readonly last: number; readonly neighbour: string; readonly seen: number },
): LogBehindError {
  const call = `newEpoch(${JSON.stringify(dirname(place))}, "${context}") of thereupon/sqlite`;
  return new LogBehindError({ context, place, ...found, otherwise: `call ${call}, or ` });
}

import { LogBehindError } from '../../log/log-behind.ts';
import type { Ask } from './database.ts';
import { readMeta } from './meta.ts';
import { seenByNeighbours } from './neighbours.ts';
import type { Place } from './schema.ts';

/**
 * A log that was put back from a backup must not be written to before it has a new epoch: it would
 * give out again positions that others have already gone by, and they would never ask for what then
 * stands there. Asked are its own records and checkpoints, and its neighbours in the database.
 *
 * @throws {LogBehindError} when one of them has seen more of this log than it has given out.
 */
export async function assertNotBehind(ask: Ask, place: Place): Promise<void> {
  const { schema } = place;
  // First what others have seen: what they see from now on may be newer than the answer below.
  const neighbours = await seenByNeighbours(ask, place);
  const epoch = await readMeta(ask, place, 'epoch');
  // The ends of log_by_position.
  const [row] = await ask<[number | null, string | null, number | null, number]>(
    `select (select max(position) from ${schema}.log), c.subscription, c.position,
      case when p.is_called then p.last_value else 0 end
    from ${schema}.log_position p left join (
      select subscription, position from ${schema}.checkpoints order by position desc limit 1
    ) c on true`,
  );
  const [highest, subscription, checkpoint, last] = row ?? [0, null, null, 0];
  const seen = [
    { neighbour: 'the log itself', position: highest ?? 0 },
    { neighbour: subscription ?? '', position: checkpoint ?? 0 },
    ...neighbours.filter((mark) => mark.epoch === epoch),
  ];
  const ahead = seen.find(({ position }) => position > last);
  if (ahead !== undefined) throw behind(place, { ...ahead, last });
}

export function behind(
  { context }: Place,
  found: { readonly last: number; readonly neighbour: string; readonly position: number },
): LogBehindError {
  const { last, neighbour, position: seen } = found;
  return new LogBehindError({ context, place: `The log of "${context}"`, last, neighbour, seen });
}

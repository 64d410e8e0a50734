import type { LogReader } from '../log/log.ts';
import type { SetTimer } from '../process/process-instance.ts';
import { BUSINESS_TIMERS, TIMERS } from '../process/timer-row.ts';

/** So many timers are looked through, those due first. */
const LOOKED_THROUGH = 5_000;

/**
 * Which of the timers that processes have set still wait: a person may have let one fire, or taken it away,
 * and a process does not hear of what never comes. One that is due later than all that are looked through
 * is taken for set.
 */
export async function timersStillSet(
  log: Pick<LogReader, 'waiting'>,
  timers: readonly SetTimer[],
): Promise<ReadonlySet<string>> {
  if (timers.length === 0) return new Set();
  const dueBefore = Math.max(...timers.map(({ due }) => due)) + 1;
  const lists = await Promise.all(
    [TIMERS, BUSINESS_TIMERS].map((subscription) =>
      log.waiting({ subscription, kinds: ['timer'], dueBefore, limit: LOOKED_THROUGH }),
    ),
  );
  const waiting = new Set(lists.flat().map(({ recordId }) => recordId));
  const ends = lists
    .filter((list) => list.length === LOOKED_THROUGH)
    .map((list) => list.at(-1)?.due ?? 0);
  const seenUpTo = Math.min(dueBefore, ...ends);
  return new Set(
    timers.filter(({ id, due }) => waiting.has(id) || due >= seenUpTo).map(({ id }) => id),
  );
}

import type { Host } from '../host/host.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { recurringRow } from '../process/fire-timer.ts';
import { type Recurrence, nextTime } from '../process/recurrence.ts';
import { RECURRING_TIMERS, payloadOf } from '../process/timer-row.ts';

/** So many times that recur may a context have. */
const RECURRING_MAX = 10_000;

/**
 * Brings the timers of times that recur to what is wanted of them: one that is new, or is
 * written otherwise than before, begins with the first time that comes; one that nobody listens to
 * any more ends. What is as it was goes on, so that a time that was missed is not forgotten; unless
 * it waits for a time after the next two: the clock ran far ahead when that was worked out.
 */
export async function setRecurringTimers(
  wanted: readonly Recurrence[],
  { log, committer, host }: { log: Log; committer: Committer; host: Host },
): Promise<void> {
  const rows = await log.waiting({ subscription: RECURRING_TIMERS, limit: RECURRING_MAX });
  const where = { ids: host.ids, now: host.clock.now() };
  const next = wanted.map((recurrence) => ({
    recurrence,
    row: recurringRow(recurrence, where.now, where),
  }));
  const isKept = (row: WaitingRow): boolean =>
    next.some((one) => isOf(row, one.recurrence) && !isTooLate(row, one));
  const kept = rows.filter(isKept);
  const waiting = next
    .filter(({ recurrence }) => !kept.some((row) => isOf(row, recurrence)))
    .flatMap(({ row }) => row ?? []);
  const done = rows.filter((row) => !isKept(row));
  if (waiting.length + done.length > 0) await committer.commit({ waiting, done });
}

/** Of a clock that ran ahead a little the next time may have come already: it comes once. */
function isTooLate(
  { due }: WaitingRow,
  { recurrence, row }: { readonly recurrence: Recurrence; readonly row: WaitingRow | undefined },
): boolean {
  const afterNext = row && nextTime(recurrence, row.due);
  return afterNext !== undefined && due > afterNext;
}

function isOf(row: WaitingRow, { name, cron, timeZone, ifMissed }: Recurrence): boolean {
  const { kind, ...recurrence } = payloadOf(row);
  return (
    kind === 'recurring' &&
    JSON.stringify(recurrence) === JSON.stringify({ name, cron, timeZone, ifMissed })
  );
}

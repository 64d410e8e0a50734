import type { Ids } from '../host/ids.ts';
import type { NewRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { type Recurrence, latestTime, nextTime } from './recurrence.ts';
import { RECURRING } from './recurring.ts';
import { RECURRING_TIMERS, type RecurringTimer, payloadOf, timerRow } from './timer-row.ts';
import { timerType } from './timer-type.ts';

/** More missed times than this are not counted: each is worked out, and all else waits meanwhile. */
const MISSED_MAX = 1_000;

/** What a timer that is due becomes. */
export interface Fired {
  /** Undefined: its time was missed, and is left out. */
  readonly record: NewRecord | undefined;
  /** The timer of the next time. */
  readonly next?: WaitingRow | undefined;
}

/**
 * What is appended in place of a timer. It happened when it was due, however late that is; its
 * record has the id that the timer was given when it was set, so that it can be there only once.
 */
export function fire(row: WaitingRow, where: Where): Fired {
  const payload = payloadOf(row);
  if (payload.kind === 'recurring') return fireRecurring(row, payload, where);
  const { causationId, traceparent, metadata, key } = payload;
  const caused = { causationId, traceparent, metadata, key };
  const record =
    payload.kind === 'message'
      ? messageOf(payload)
      : timerRecord(timerType(payload.process, payload.timer), { dueAt: timeText(row.due) });
  return { record: { ...record, ...caused, ...placeOf(row, where) } };
}

/**
 * What is appended when a person lets a timer fire before its time: as if it were due at `now`. What
 * recurs comes once more, under an id of its own, and its next time stays.
 */
export function fireByHand(
  row: WaitingRow,
  { id, now, where }: { readonly id: string; readonly now: number; readonly where: Where },
): NewRecord | undefined {
  // One that is overdue happened when it was due; business time may not have begun.
  const due = Number.isFinite(now) ? Math.min(now, row.due) : row.due;
  const isRecurring = payloadOf(row).kind === 'recurring';
  const asked = isRecurring ? { recordId: id, correlationId: id } : {};
  return fire({ ...row, ...asked, due }, where).record;
}

/** The first timer of something that recurs, or the next one. Undefined when no time is left. */
export function recurringRow(
  recurrence: Recurrence,
  after: number,
  { ids, now }: Pick<Where, 'ids' | 'now'>,
): WaitingRow | undefined {
  const due = nextTime(recurrence, after);
  if (due === undefined) return undefined;
  const id = ids.next();
  return timerRow(
    { kind: 'recurring', ...recurrence },
    // It belongs to no business action yet: each time it comes is the beginning of one.
    { subscription: RECURRING_TIMERS, id, due, position: 0, correlationId: id, since: now },
  );
}

export interface Where {
  readonly context: string;
  readonly now: number;
  readonly ids: Ids;
}

function fireRecurring(row: WaitingRow, payload: RecurringTimer, where: Where): Fired {
  const { kind: _, ...recurrence } = payload;
  const isEach = recurrence.ifMissed === 'each';
  const later = isEach ? [] : missedAfter(row.due, recurrence, where.now);
  const told = later.at(-1) ?? row.due;
  const next = recurringRow(recurrence, isEach ? told : Math.max(told, where.now), where);
  if (recurrence.ifMissed === 'skip' && told < where.now - LATE_MS)
    return { record: undefined, next };
  const missed = later.length;
  const record = timerRecord(timerType(RECURRING, recurrence.name), {
    dueAt: timeText(told),
    missed,
  });
  const place = placeOf({ ...row, due: told }, where);
  const caused = { causationId: row.recordId, traceparent: null, metadata: null };
  return { record: { ...record, ...caused, ...place, key: recurrence.name }, next };
}

/** What comes at most so late was not missed. */
const LATE_MS = 60_000;

/** The times after the one that is due, which have come as well; the last of them in any case. */
function missedAfter(due: number, recurrence: Recurrence, now: number): readonly number[] {
  const times: number[] = [];
  for (
    let time = nextTime(recurrence, due);
    time !== undefined && time <= now;
    time = nextTime(recurrence, time)
  )
    if (times.push(time) === MISSED_MAX) return times.with(-1, latestTime(recurrence, now) ?? time);
  return times;
}

type Made = Pick<NewRecord, 'direction' | 'type' | 'schemaVersion' | 'data'>;

function timerRecord(type: string, data: object): Made {
  return { direction: 'timer', type, schemaVersion: 1, data: JSON.stringify(data) };
}

function messageOf(message: {
  readonly contract: string;
  readonly schemaVersion: number;
  readonly data: string;
}): Made {
  const { contract: type, schemaVersion, data } = message;
  return { direction: 'outgoing', type, schemaVersion, data };
}

function placeOf(row: WaitingRow, { context, now }: Where) {
  return {
    id: row.recordId,
    stream: null,
    version: null,
    source: context,
    occurredAt: row.due,
    recordedAt: now,
    correlationId: row.correlationId,
  };
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}

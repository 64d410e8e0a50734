import type { WaitingRow } from '../log/waiting-row.ts';
import { slotOf } from '../subscription/slot.ts';
import type { Recurrence } from './recurrence.ts';

/** Under these names timers wait, by what their time is measured with. */
export const TIMERS = 'timers';
export const BUSINESS_TIMERS = 'business timers';
export const RECURRING_TIMERS = 'recurring timers';
export const TIMER_NAMES: readonly string[] = [TIMERS, BUSINESS_TIMERS, RECURRING_TIMERS];

/** What becomes of a timer when it is due: a waiting row's payload, as JSON. */
export type TimerPayload = ProcessTimer | ScheduledMessage | RecurringTimer;

/** Where whatever is done at its time belongs to. */
interface Caused {
  readonly causationId: string;
  readonly traceparent: string | null;
  readonly metadata: string | null;
}

/** A timer of a process: it becomes a record of direction `timer`, for the process alone. */
export interface ProcessTimer extends Caused {
  readonly kind: 'process';
  readonly process: string;
  readonly timer: string;
  /** Of the process. */
  readonly key: string;
}

/** An integration event to be published at its time. */
export interface ScheduledMessage extends Caused {
  readonly kind: 'message';
  readonly contract: string;
  readonly schemaVersion: number;
  readonly key: string;
  /** JSON text. */
  readonly data: string;
}

/** Becomes a record each time, and another timer for the next time. */
export interface RecurringTimer extends Recurrence {
  readonly kind: 'recurring';
}

/** The row of a timer. Its record id is that of the record that it will become. */
export function timerRow(
  payload: TimerPayload,
  timer: {
    readonly subscription: string;
    readonly id: string;
    readonly due: number;
    /** Of the record that it was set at: those that are due at one time fire in this order. */
    readonly position: number;
    readonly correlationId: string;
    readonly since: number;
  },
): WaitingRow {
  const { id, ...given } = timer;
  const { key, slotKey } = keysOf(payload);
  return {
    ...given,
    key,
    recordId: id,
    kind: 'timer',
    slot: slotOf(slotKey),
    attempts: 0,
    error: null,
    payload: JSON.stringify(payload),
  };
}

export function payloadOf(row: WaitingRow): TimerPayload {
  return JSON.parse(row.payload ?? 'null') as TimerPayload;
}

/** The key that the timers of one process wait under. */
export function timerKey(process: string, key: string): string {
  return `${process}/${key}`;
}

function keysOf(payload: TimerPayload): { key: string; slotKey: string } {
  switch (payload.kind) {
    case 'process':
      return { key: timerKey(payload.process, payload.key), slotKey: payload.key };
    case 'message':
      return { key: timerKey(payload.contract, payload.key), slotKey: payload.key };
    case 'recurring':
      return { key: payload.name, slotKey: payload.name };
  }
}

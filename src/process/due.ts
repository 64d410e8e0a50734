import { timeOf } from '../message/business-time.ts';
import { type Duration, durationMs } from '../message/duration.ts';

/**
 * When something is due: a while after the event, or at a time in ISO 8601.
 *
 * @example
 * const due: Due = { after: '30 minutes' };
 */
export type Due = { readonly after: Duration } | { readonly at: string };

/** No date holds more: what is due later could not be listed, and with it nothing that waits. */
const TIME_MAX = 8_640_000_000_000_000;

/**
 * In milliseconds since 1970. `from` is when the event was recorded or happened, and never now:
 * however often or late it is handled, what it sets is due at the same time.
 */
export function dueAt(due: Due, from: number): number {
  const { at, after } = (due ?? {}) as { readonly at?: string; readonly after?: Duration };
  if (at !== undefined) return timeOf(at);
  return Math.min(TIME_MAX, from + durationMs(after as Duration));
}

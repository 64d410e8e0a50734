import { shortText } from './text.ts';
import { valueText } from './value-text.ts';

/**
 * A span of time, written as it is said: a number, a space and a unit, `'3 days'`. A day has 24
 * hours and a week seven days, whatever a calendar does to its clocks; there are no months, as no
 * two of them agree.
 *
 * @example
 * const toPay: Duration = '30 minutes';
 * const toCollect: Duration = '1.5 days';
 */
export type Duration = `${number} ${DurationUnit}`;

export type DurationUnit = keyof typeof UNITS;

const UNITS = {
  ms: 1,
  second: 1_000,
  seconds: 1_000,
  minute: 60_000,
  minutes: 60_000,
  hour: 3_600_000,
  hours: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
  week: 604_800_000,
  weeks: 604_800_000,
} as const;

/** 100 years: what is longer is a mistake, and would lead to times that no date can hold. */
const DURATION_MS_MAX = 3_155_760_000_000;

/**
 * How many milliseconds a duration has, a whole number.
 *
 * @throws {InvalidDurationError} for what is no duration: text in another form, a negative one, more
 * than 100 years.
 * @example
 * const toPayMs = durationMs('30 minutes');
 */
export function durationMs(duration: Duration): number {
  const [, count, unit] = (typeof duration === 'string' && WRITTEN.exec(duration)) || [];
  if (count === undefined || unit === undefined) throw new InvalidDurationError(duration);
  const ms = Math.round(Number(count) * UNITS[unit as DurationUnit]);
  if (ms > DURATION_MS_MAX) throw new InvalidDurationError(duration);
  return ms;
}

// Numbers are written in other ways, too (1e3, 0x10), but nobody says a duration like that.
const WRITTEN = new RegExp(
  String.raw`^(\d{1,16}(?:\.\d{1,9})?) (${Object.keys(UNITS).join('|')})$`,
);

/** A span of time cannot be read, or is none. */
export class InvalidDurationError extends Error {
  override readonly name = 'InvalidDurationError';
  readonly code = 'invalid-duration';
  readonly retryable = false;
  /** What was given. */
  readonly given: unknown;

  constructor(given: unknown) {
    const shown =
      typeof given === 'string' ? JSON.stringify(shortText(given, 60)) : valueText(given);
    super(
      `${shown} is no duration. Write a number from 0, a space and one of ms, seconds, minutes, ` +
        `hours, days, weeks, as in "30 minutes"; at most 100 years.`,
    );
    this.given = given;
  }
}

import { shortText } from './text.ts';
import { valueText } from './value-text.ts';

/**
 * When something happened in the business, as milliseconds since 1970.
 *
 * @throws {InvalidTimeError} for text that is no time.
 */
export function timeOf(text: string): number {
  const time = typeof text === 'string' && ISO_8601.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidTimeError(text);
  return time;
}

/** Dates are read in many other ways, each engine in its own. */
const ISO_8601 = /^(\d{4}|[+-]\d{6})-\d\d-\d\d(T[\d:.]{5,30}(Z|[+-]\d\d:\d\d)?)?$/;

/** A time is no ISO 8601 text. */
export class InvalidTimeError extends Error {
  override readonly name = 'InvalidTimeError';
  readonly code = 'invalid-time';
  readonly retryable = false;
  readonly text: string;

  constructor(text: string) {
    const shown = typeof text === 'string' ? JSON.stringify(shortText(text, 60)) : valueText(text);
    super(`${shown} is no time. Write it as 2011-12-09T12:50:00.000Z.`);
    this.text = text;
  }
}

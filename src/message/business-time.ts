/**
 * When something happened in the business, as milliseconds since 1970.
 *
 * @throws {InvalidTimeError} for text that is no time.
 */
export function timeOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidTimeError(text);
  return time;
}

/** A time is no ISO 8601 text. */
export class InvalidTimeError extends Error {
  override readonly name = 'InvalidTimeError';
  readonly code = 'invalid-time';
  readonly retryable = false;
  readonly text: string;

  constructor(text: string) {
    super(`${JSON.stringify(text)} is no time. Write it as 2011-12-09T12:50:00.000Z.`);
    this.text = text;
  }
}

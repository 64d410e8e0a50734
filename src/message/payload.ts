import { whyNotJson } from './not-json.ts';

/** The largest payload of one record, in characters of JSON text, unless configured otherwise. */
export const PAYLOAD_CHARACTERS_MAX = 1_048_576;

/** The JSON text of a payload; throws when it is no JSON or too large. */
export function payloadText(type: string, data: unknown, charactersMax: number): string {
  assertJson(() => `The data of ${JSON.stringify(type)}`, data);
  const text = JSON.stringify(data);
  if (text.length > charactersMax) throw new PayloadTooLargeError(type, text.length, charactersMax);
  return text;
}

/** A payload is larger than a record may be. Never retried: it will not shrink by itself. */
export class PayloadTooLargeError extends Error {
  override readonly name = 'PayloadTooLargeError';
  readonly code = 'payload-too-large';
  readonly retryable = false;
  readonly type: string;
  readonly characters: number;
  readonly charactersMax: number;

  constructor(type: string, characters: number, charactersMax: number) {
    super(
      `The data of ${JSON.stringify(type)} is ${characters} characters of JSON, at most ` +
        `${charactersMax} are allowed. Keep large content elsewhere and put a reference into the event.`,
    );
    this.type = type;
    this.characters = characters;
    this.charactersMax = charactersMax;
  }
}

/**
 * Holds whatever is going to be written as JSON to what JSON can say.
 *
 * @throws {PayloadNotJsonError} for anything that would not come back as it was.
 */
export function assertJson(what: () => string, value: unknown): void {
  const problem = whyNotJson(value);
  if (problem !== undefined) throw new PayloadNotJsonError(what(), problem);
}

/** Something to be written is not JSON: it holds NaN, a Date, a Map, a cycle, or is nothing. */
export class PayloadNotJsonError extends Error {
  override readonly name = 'PayloadNotJsonError';
  readonly code = 'payload-not-json';
  readonly retryable = false;
  /** What was to be written: `The data of "OrderPlaced"`. */
  readonly what: string;
  /** Where and why: `lines[3].quantity is NaN`. */
  readonly problem: string;

  constructor(what: string, problem: string) {
    super(
      `${what} is not JSON: ${problem}. Use text, finite numbers, booleans, null, arrays and plain ` +
        `objects; pass dates as ISO text.`,
    );
    this.what = what;
    this.problem = problem;
  }
}

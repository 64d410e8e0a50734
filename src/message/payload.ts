/** The largest payload of one record, in characters of JSON text, unless configured otherwise. */
export const PAYLOAD_CHARACTERS_MAX = 1_048_576;

/** The JSON text of a payload; throws when it is no JSON or too large. */
export function payloadText(type: string, data: unknown, charactersMax: number): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (cause) {
    throw new PayloadNotJsonError(type, cause);
  }
  if (text === undefined) throw new PayloadNotJsonError(type, undefined);
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

/** A payload is not JSON: it holds a bigint, a cycle, or nothing at all. */
export class PayloadNotJsonError extends Error {
  override readonly name = 'PayloadNotJsonError';
  readonly code = 'payload-not-json';
  readonly retryable = false;
  readonly type: string;

  constructor(type: string, cause: unknown) {
    super(
      `The data of ${JSON.stringify(type)} is not JSON. Use text, finite numbers, booleans, null, ` +
        `arrays and plain objects; pass dates as ISO text.`,
      { cause },
    );
    this.type = type;
  }
}

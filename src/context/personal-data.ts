import type { Fact, Recorded } from '../message/fact.ts';
import type { Publication } from './publication.ts';

/**
 * A person's data must not leave a context unnoticed. Fields are listed as personal where an
 * aggregate is wired; a publication that carries such a field into a contract that does not list
 * it is refused, also under another name or as part of a longer text.
 *
 * How it is seen: the translation is run a second time with each personal value replaced by a
 * mark, and the marks are looked for in what comes out. It follows the value through renaming and
 * joining, and is not misled by equal values elsewhere; it cannot follow arithmetic or hashing.
 *
 * @throws {PersonalDataError} naming both fields.
 */
export function assertNothingPersonalLeaks(publication: Publication, event: Recorded<Fact>): void {
  const personal = publication.aggregate.personal[event.type];
  if (personal === undefined || personal.length === 0) return;
  const output = translateMarked(publication, event, personal);
  if (typeof output !== 'object' || output === null) return;
  for (const [field, value] of Object.entries(output)) {
    if (publication.contract.personal.includes(field)) continue;
    const text = JSON.stringify(value) ?? '';
    const leaked = personal.find((name) => text.includes(markOf(name)));
    if (leaked !== undefined) throw new PersonalDataError(publication, leaked, field);
  }
}

/** What stands in place of personal data in logs, errors and traces. */
export const MASKED = '[personal]';

/** The data with its personal fields masked; for showing, never for storing. */
export function masked(data: unknown, personal: readonly string[]): unknown {
  if (personal.length === 0 || typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).map(([field, value]) => [
    field,
    personal.includes(field) ? MASKED : value,
  ]);
  return Object.fromEntries(entries);
}

function translateMarked(
  publication: Publication,
  event: Recorded<Fact>,
  personal: readonly string[],
): unknown {
  const data: unknown = event.data;
  if (typeof data !== 'object' || data === null) return undefined;
  const marked = Object.entries(data).map(([field, value]) => [
    field,
    personal.includes(field) ? withMarks(value, markOf(field)) : value,
  ]);
  try {
    return publication.translate({ ...event, data: Object.fromEntries(marked) as unknown });
  } catch {
    // A translation that parses the value cannot be followed; it has run on the real data before.
    return undefined;
  }
}

// Digits only, so that changing case does not hide it.
function markOf(field: string): string {
  const known = marks.get(field);
  if (known !== undefined) return known;
  const digits = Array.from(field, (letter) =>
    (letter.codePointAt(0) ?? 0).toString().padStart(7, '0'),
  );
  const mark = `20777${digits.join('')}20777`;
  marks.set(field, mark);
  return mark;
}

/** By the fields that some wiring lists. */
const marks = new Map<string, string>();

function withMarks(value: unknown, mark: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withMarks(item, mark));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, withMarks(part, mark)]),
    );
  return value === null ? null : mark;
}

/** A publication would carry personal data into a field that its contract does not list. */
export class PersonalDataError extends Error {
  override readonly name = 'PersonalDataError';
  readonly code = 'personal-data';
  readonly retryable = false;
  readonly contract: string;
  readonly field: string;
  readonly from: string;

  constructor(publication: Publication, from: string, field: string) {
    super(
      `${JSON.stringify(publication.contract.name)} would carry the personal field ` +
        `${JSON.stringify(from)} of ${JSON.stringify(publication.type)} in its field ` +
        `${JSON.stringify(field)}. Leave it out, or list the field under "personal" in the contract.`,
    );
    this.contract = publication.contract.name;
    this.field = field;
    this.from = from;
  }
}

/** What stands in place of what is personal, for whoever may not see it. */
const MASKED = '[personal]';

/** A copy of the data that somebody has typed. */
export type Edited =
  | { readonly kind: 'same' }
  | { readonly kind: 'edited'; readonly data: unknown }
  | { readonly kind: 'wrong'; readonly why: string };

/** What was typed, against what it was made of. */
export function editedOf(original: unknown, text: string): Edited {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { kind: 'wrong', why: `That is no JSON: ${(error as Error).message}.` };
  }
  if (JSON.stringify(data) === JSON.stringify(original)) return { kind: 'same' };
  const touched = maskedFields(original).filter((field) => fieldOf(data, field) !== MASKED);
  if (touched.length > 0)
    return {
      kind: 'wrong',
      why: `Leave ${touched.join(', ')} at "${MASKED}": who may not see it may not change it.`,
    };
  return { kind: 'edited', data };
}

/** The fields that are masked. Only those at the top are. */
export function maskedFields(data: unknown): readonly string[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data)
    .filter(([, value]) => value === MASKED)
    .map(([field]) => field);
}

function fieldOf(data: unknown, field: string): unknown {
  return typeof data === 'object' && data !== null
    ? (data as Readonly<Record<string, unknown>>)[field]
    : undefined;
}

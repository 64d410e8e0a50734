import { isPlainObject } from './json.ts';
import { valueText } from './value-text.ts';

/** The most that is kept beside a fact, in characters of JSON: each record it causes carries it. */
export const METADATA_CHARACTERS_MAX = 8_192;

/** Why a value cannot be kept as metadata, or undefined when it can: it is an object of texts. */
export function whyNoMetadata(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !isPlainObject(value))
    return `is ${valueText(value)}, not an object of texts`;
  for (const [name, text] of Object.entries(value))
    if (typeof text !== 'string' && text !== undefined)
      return `holds ${valueText(text)} under ${shownName(name)}, not text`;
  const { length } = JSON.stringify(value);
  return length <= METADATA_CHARACTERS_MAX
    ? undefined
    : `has ${length} characters of JSON, at most ${METADATA_CHARACTERS_MAX} are allowed`;
}

function shownName(name: string): string {
  return JSON.stringify(name.length > 50 ? `${name.slice(0, 50)}…` : name);
}

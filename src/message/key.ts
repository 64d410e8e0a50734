import { valueText } from './value-text.ts';

/** The longest key, in characters: it is a part of every index and of every message. */
export const KEY_CHARACTERS_MAX = 1_000;

/**
 * Why a value cannot be the key that something is kept in order by, or undefined when it can. A
 * key is text of 1 to 1,000 characters; what is no text is never made text of, because all that
 * has no key would then share one.
 */
export function whyNoKey(key: unknown): string | undefined {
  if (typeof key !== 'string') return `is ${valueText(key)}, not text`;
  if (key === '') return 'is empty';
  if (key.length <= KEY_CHARACTERS_MAX) return undefined;
  return `has ${key.length} characters, at most ${KEY_CHARACTERS_MAX} are allowed`;
}

import { whyNoText } from './text.ts';

/** The longest key, in characters: it is a part of every index and of every message. */
export const KEY_CHARACTERS_MAX = 1_000;

/**
 * Why a value cannot be the key that something is kept in order by, or undefined when it can: see
 * `whyNoText`. What is no text is never made text of, because all that has no key would then share
 * one.
 */
export function whyNoKey(key: unknown): string | undefined {
  return whyNoText(key, KEY_CHARACTERS_MAX);
}

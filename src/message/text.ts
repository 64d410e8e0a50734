import { valueText } from './value-text.ts';

/**
 * The longest id that somebody else may give, in characters: of a command, of a business action, of
 * a message from another system.
 */
export const ID_CHARACTERS_MAX = 255;

/**
 * Why a value cannot be kept as text, or undefined when it can: 1 to so many characters that every
 * store and every backbone gives back as they are. Line breaks, emoji and all scripts are fine. The
 * NUL character ends a text in some databases, and half of a surrogate pair becomes a question mark
 * in UTF-8, so that two different ids would be one.
 */
export function whyNoText(value: unknown, charactersMax: number): string | undefined {
  if (typeof value !== 'string') return `is ${valueText(value)}, not text`;
  if (value === '') return 'is empty';
  if (value.length > charactersMax)
    return `has ${value.length} characters, at most ${charactersMax} are allowed`;
  if (value.includes('\0')) return 'holds a NUL character';
  return value.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

/** A text that may be shown and kept: of a long one the beginning, and how long it was. */
export function shortText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const length = `… (${text.length} characters)`;
  return `${text.slice(0, charactersMax - length.length).toWellFormed()}${length}`;
}

import { type FieldChange, fieldChanges } from '../message/field-changes.ts';
import { shortText } from '../message/text.ts';

/** More of one value than this is not shown. */
const SHOWN_CHARACTERS_MAX = 200;

/**
 * Where a value is other than expected, one line for each field, with the path to it; no lines when
 * they are the same. They are compared as the JSON that they are: a property that is undefined is
 * not there, and how an object was made does not count.
 */
export function fieldDifferences(expected: unknown, actual: unknown): readonly string[] {
  return fieldChanges(expected, actual).map(differenceText);
}

/** Whether two values are the same as JSON. */
export function isSame(expected: unknown, actual: unknown): boolean {
  return fieldChanges(expected, actual).length === 0;
}

/** A value as one line, cut when it is long. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return shortText(text, SHOWN_CHARACTERS_MAX);
}

function differenceText(change: FieldChange): string {
  const where = change.path === '' ? '' : `${change.path}: `;
  switch (change.kind) {
    case 'removed':
      return `${where}expected ${shown(change.before)}, was not there`;
    case 'added':
      return `${where}was ${shown(change.after)}, expected not to be there`;
    case 'changed':
      return `${where}expected ${shown(change.before)}, was ${shown(change.after)}`;
  }
}

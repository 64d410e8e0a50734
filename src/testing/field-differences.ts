import { shortText } from '../message/text.ts';

/** More of one value than this is not shown. */
const SHOWN_CHARACTERS_MAX = 200;
const NOTHING = Symbol('nothing');

/**
 * Where a value is other than expected, one line for each field, with the path to it; no lines when
 * they are the same. They are compared as the JSON that they are: a property that is undefined is
 * not there, and how an object was made does not count.
 */
export function fieldDifferences(expected: unknown, actual: unknown): readonly string[] {
  return differences(expected, actual, '');
}

/** Whether two values are the same as JSON. */
export function isSame(expected: unknown, actual: unknown): boolean {
  return differences(expected, actual, '').length === 0;
}

/** A value as one line, cut when it is long. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return shortText(text, SHOWN_CHARACTERS_MAX);
}

function differences(expected: unknown, actual: unknown, path: string): string[] {
  if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences(
        fieldOf(expected, key),
        fieldOf(actual, key),
        Array.isArray(expected) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`,
      ),
    );
  }
  if (expected === actual || Object.is(expected, actual)) return [];
  const where = path === '' ? '' : `${path}: `;
  if (actual === NOTHING) return [`${where}expected ${shown(expected)}, was not there`];
  if (expected === NOTHING) return [`${where}was ${shown(actual)}, expected not to be there`];
  return [`${where}expected ${shown(expected)}, was ${shown(actual)}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fieldOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) && value[key] !== undefined ? value[key] : NOTHING;
}

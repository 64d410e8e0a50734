import { isPlainObject } from './json.ts';
import { valueText } from './value-text.ts';

/** Data may be nested so deep; what holds itself is nested without end. */
const DEPTH_MAX = 100;
/** A path is shown up to so many characters. */
const PATH_CHARACTERS_MAX = 200;

/**
 * Where and why a value would not come back out of JSON as it went in, such as
 * `lines[3].quantity is NaN`; undefined when it would. JSON makes null of NaN, text of a Date, `{}`
 * of a Map, and null of a hole in an array, and says nothing.
 *
 * An undefined property is left out, as JSON does: an optional field that is not there and one that
 * is undefined are the same to whoever reads it. Minus zero becomes zero.
 *
 * It stands on the way of everything that is written, so it looks first and finds the words later.
 */
export function whyNotJson(value: unknown): string | undefined {
  return isJson(value, 0) ? undefined : problemIn(value, '', 0);
}

function isJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === DEPTH_MAX) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isJson(item, depth + 1)) return false;
    return true;
  }
  if (!isPlainObject(value)) return false;
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    if (part !== undefined && !isJson(part, depth + 1)) return false;
  }
  return true;
}

function problemIn(value: unknown, path: string, depth: number): string | undefined {
  if (isJson(value, depth)) return undefined;
  if (typeof value !== 'object' || value === null) return `${shown(path)} is ${valueText(value)}`;
  if (depth === DEPTH_MAX)
    return `${shown(path)} is nested deeper than ${DEPTH_MAX}, or holds itself`;
  const isArray = Array.isArray(value);
  if (!isArray && !isPlainObject(value)) return `${shown(path)} is ${valueText(value)}`;
  for (const [key, part] of partsOf(value)) {
    if (part === undefined && !isArray) continue;
    const problem = problemIn(part, isArray ? `${path}[${key}]` : below(path, key), depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function partsOf(value: object): Iterable<[string | number, unknown]> {
  return Array.isArray(value) ? value.entries() : Object.entries(value);
}

function below(path: string, key: string | number): string {
  if (!/^[\w$]+$/.test(String(key))) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? String(key) : `${path}.${key}`;
}

function shown(path: string): string {
  if (path === '') return 'it';
  return path.length > PATH_CHARACTERS_MAX ? `${path.slice(0, PATH_CHARACTERS_MAX)}…` : path;
}

/**
 * Data is JSON, and the types say so: a `Date`, a `Map`, a function or a required `undefined`
 * inside it is a compile error that names the field.
 */
export type Jsonable<T> = T extends Json
  ? T
  : T extends NotJson
    ? { readonly 'data is JSON, not': T }
    : {
        [K in keyof T]: Record<never, never> extends Pick<T, K>
          ? Jsonable<Exclude<T[K], undefined>> | undefined
          : Jsonable<T[K]>;
      };

/**
 * JSON by its own definition: what fits it is not looked into. That spares the compiler most of the
 * work, and lets types that hold themselves end somewhere. Interfaces do not fit, and are looked into.
 */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

type NotJson =
  | Date
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown)
  | bigint
  | symbol
  | undefined;

/**
 * Freezes data all the way down, and returns it. That an object is frozen says nothing of its
 * parts, so they are looked at, too; below the usual depth of data what is frozen is taken to be so
 * all the way, because what holds itself has no end.
 */
export function deepFreeze<T>(value: T, depth = 0): T {
  // Bytes cannot be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.isFrozen(value)) {
    if (depth >= USUAL_DEPTH) return value;
  } else Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze<unknown>(item, depth + 1);
  else for (const key in value) deepFreeze(value[key], depth + 1);
  return value;
}

const USUAL_DEPTH = 8;

/**
 * What a caller passes in, as it is now and stays: whatever the caller does with its own objects
 * afterwards changes nothing here, and whoever is given this cannot change it for others. Arrays
 * and plain objects are copied and frozen; all else, such as a Date in a command, is left as it is.
 */
export function frozenCopy<T>(value: T): T {
  return copied(value, []) as T;
}

function copied(value: unknown, within: unknown[]): unknown {
  if (typeof value !== 'object' || value === null || within.includes(value)) return value;
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  within.push(value);
  const copy: unknown = Array.isArray(value)
    ? value.map((item) => copied(item, within))
    : copiedParts(value as Record<string, unknown>, within);
  within.pop();
  return Object.freeze(copy);
}

function copiedParts(value: Record<string, unknown>, within: unknown[]): unknown {
  const copy = { ...value };
  for (const key in copy) {
    const part = copy[key];
    if (typeof part === 'object' && part !== null) copy[key] = copied(part, within);
  }
  return copy;
}

/** Whether it is `{ … }` and nothing more; also one of another realm, such as a test runner's. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}

/**
 * JSON text with the keys of every object sorted, so that equal data has equal text: what
 * fingerprints are made of.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

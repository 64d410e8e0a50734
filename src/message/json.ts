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

/** Freezes plain JSON data all the way down, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else for (const key in value) deepFreeze(value[key]);
  return value;
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

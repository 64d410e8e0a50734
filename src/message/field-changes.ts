/**
 * One field in which two values differ. A field that is not there on one side has nothing on that
 * side, which is not the same as null.
 */
export type FieldChange = Readonly<
  | { path: string; kind: 'added'; after: unknown }
  | { path: string; kind: 'removed'; before: unknown }
  | { path: string; kind: 'changed'; before: unknown; after: unknown }
>;

/**
 * Where two values differ, with the path to each field, such as `lines[1].pence`; none when they are
 * the same. The path to the value itself is empty. They are compared as the JSON that they are: a
 * property that is undefined is not there, and how an object was made does not count.
 */
export function fieldChanges(before: unknown, after: unknown): readonly FieldChange[] {
  return changes(before, after, '');
}

const NOTHING = Symbol('nothing');

function changes(before: unknown, after: unknown, path: string): FieldChange[] {
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) =>
      changes(
        fieldOf(before, key),
        fieldOf(after, key),
        Array.isArray(before) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`,
      ),
    );
  }
  if (before === after || Object.is(before, after)) return [];
  if (before === NOTHING) return [{ path, kind: 'added', after }];
  if (after === NOTHING) return [{ path, kind: 'removed', before }];
  return [{ path, kind: 'changed', before, after }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function fieldOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) && value[key] !== undefined ? value[key] : NOTHING;
}

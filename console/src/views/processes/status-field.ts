import type { FoundInstance } from '../../../../src/inspection/found-processes.ts';

/** What people call the field that says where something stands. */
const NAMES: readonly string[] = ['status', 'state', 'phase', 'step', 'stage'];
/** A field of more different texts than this says something else. */
const DIFFERENT_MAX = 8;

/** The field of the states that says where an instance stands; undefined when there is none. */
export function statusField(instances: readonly FoundInstance[]): string | undefined {
  const states = instances.map(({ state }) => fieldsOf(state));
  const fields = [...new Set(states.flatMap((state) => Object.keys(state)))];
  const isText = (field: string): boolean =>
    states.every((state) => typeof state[field] === 'string');
  const named = NAMES.find((name) => fields.includes(name) && isText(name));
  if (named !== undefined) return named;
  return fields.find((field) => {
    const different = new Set(states.map((state) => state[field])).size;
    return isText(field) && different <= DIFFERENT_MAX && different * 3 <= states.length;
  });
}

/** What an instance's field says. */
export function statusOf({ state }: FoundInstance, field: string | undefined): string | undefined {
  const value = field === undefined ? undefined : fieldsOf(state)[field];
  return typeof value === 'string' ? value : undefined;
}

function fieldsOf(state: unknown): Readonly<Record<string, unknown>> {
  return typeof state === 'object' && state !== null && !Array.isArray(state)
    ? (state as Readonly<Record<string, unknown>>)
    : {};
}

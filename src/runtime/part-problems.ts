import type { BoundedContext } from '../context/bounded-context.ts';

/** Which kinds of things a context lists where, and what makes them. */
const PARTS = {
  aggregates: { kinds: ['aggregate'], madeBy: 'aggregate()' },
  publishes: { kinds: ['publication', 'contract'], madeBy: 'publish() or contract()' },
  reactions: { kinds: ['reaction'], madeBy: 'whenever()' },
  effects: { kinds: ['effect'], madeBy: 'effect()' },
  processes: { kinds: ['process-manager'], madeBy: 'processManager()' },
  readModels: { kinds: ['read-model'], madeBy: 'readModel()' },
} as const;
const SOURCES = {
  kinds: ['contract', 'domain', 'aggregate', 'timer'],
  madeBy: 'contract(), happened() or recurring()',
};

interface Parts {
  readonly kinds: readonly string[];
  readonly madeBy: string;
}

/**
 * What a context lists that is none of ours. What is undefined there is mostly not forgotten but
 * not yet made: two modules import each other.
 */
export function partProblems(context: BoundedContext): string[] {
  const lists = Object.entries(PARTS).flatMap(([name, parts]) =>
    problemsIn(name, context[name as keyof typeof PARTS], parts),
  );
  const unknown = context.unknownParts.map(
    (name) =>
      `boundedContext knows no "${name}"; it knows ${listOf([...Object.keys(PARTS), 'setUp'])}`,
  );
  if (lists.length > 0) return [...lists, ...unknown];
  const readers = [
    ...context.reactions,
    ...context.effects,
    ...context.processes,
    ...context.readModels,
  ];
  const sources = readers.flatMap((part) =>
    problemsIn(`what "${part.name}" listens to`, part.sources, SOURCES),
  );
  return [...sources, ...unknown];
}

/** Whether it is a context at all. */
export function isContext(value: unknown): value is BoundedContext {
  return kindOf(value) === 'bounded-context';
}

function problemsIn(name: string, list: unknown, { kinds, madeBy }: Parts): string[] {
  if (!Array.isArray(list)) return [`"${name}" is no list; give it one`];
  return list.flatMap((part, index) =>
    kinds.includes(kindOf(part))
      ? []
      : [
          `number ${index + 1} of "${name}" is ${part === undefined ? 'undefined' : 'something else'}; ` +
            `list what ${madeBy} answers, and look whether two modules import each other`,
        ],
  );
}

function kindOf(value: unknown): string {
  return String((value as { readonly kind?: unknown } | null | undefined)?.kind);
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

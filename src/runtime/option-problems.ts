import type { ProcessOptions } from '../process/process-manager.ts';
import type { EffectOptions } from '../reaction/effect.ts';
import type { ReactionOptions } from '../reaction/whenever.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import type { RunOptions } from './run-options.ts';

/** What an option must be. */
interface Wanted {
  readonly is: (value: unknown) => boolean;
  readonly text: string;
}
/** A table must name each option: one that is missing here does not compile. */
type Table<Options> = { readonly [Name in keyof Required<Options>]: Wanted };

const numberFrom = (lowest: number): Wanted => ({
  is: (value) => typeof value === 'number' && value >= lowest,
  text: `a number from ${lowest} up`,
});
const wholeFrom = (lowest: number): Wanted => ({
  is: (value) => Number.isSafeInteger(value) && (value as number) >= lowest,
  text: `a whole number from ${lowest} up`,
});
const aFunction: Wanted = { is: (value) => typeof value === 'function', text: 'a function' };
const anObject: Wanted = {
  is: (value) => typeof value === 'object' && value !== null,
  text: 'an object',
};
const oneOf = (...values: readonly string[]): Wanted => ({
  is: (value) => values.includes(value as string),
  text: values.map((value) => `'${value}'`).join(' or '),
});
const withMethods = (text: string, ...names: readonly string[]): Wanted => ({
  is: (value) =>
    anObject.is(value) &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
  text,
});

const RUN: Table<RunOptions> = {
  store: withMethods(`a store, such as sqlite('./data')`, 'open', 'reader', 'published'),
  backbone: withMethods('a backbone, such as embedded()', 'start', 'outlet', 'inlet', 'close'),
  only: {
    is: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    text: `a list of contexts' names`,
  },
  dependencies: anObject,
  logger: withMethods('a logger, such as jsonLines(…)', 'log'),
  host: anObject,
  payloadCharactersMax: wholeFrom(1),
  callsUnderWayMax: wholeFrom(1),
  dedupeWindowMs: numberFrom(1),
  oldReadModelsKeptMs: numberFrom(0),
  businessTime: oneOf('clock', 'watermark'),
  onParked: aFunction,
  onStalled: aFunction,
};

const REACTION: Table<ReactionOptions<unknown>> = {
  by: aFunction,
  ifRefused: {
    is: (value) => typeof value === 'function' || value === 'park' || value === 'ignore',
    text: `'park', 'ignore' or a function`,
  },
  startFrom: oneOf('beginning', 'now'),
  retry: anObject,
  timeoutMs: numberFrom(1),
  notYetMs: numberFrom(1),
};

const EFFECT: Table<EffectOptions<unknown>> = {
  by: aFunction,
  startFrom: oneOf('beginning', 'now'),
  retry: anObject,
  timeoutMs: numberFrom(1),
  concurrency: wholeFrom(1),
};

const RETRY: Table<RetryPolicy> = {
  attemptsMax: wholeFrom(1),
  firstDelayMs: numberFrom(0),
  delayMsMax: numberFrom(0),
};

const PROCESS: Table<ProcessOptions> = {
  startFrom: oneOf('beginning', 'now'),
  retry: anObject,
};

/** What is wrong with the options of `run`. `contexts` may be there: see `ThereuponConfig`. */
export function runOptionProblems(options: unknown): string[] {
  if (!anObject.is(options)) return [`run was given no options; give it { store }`];
  const { contexts: _, ...given } = options as Record<string, unknown>;
  const noStore =
    given['store'] === undefined
      ? [`no store was given to run; say where the logs live: { store: sqlite('./data') }`]
      : [];
  return [...noStore, ...problemsOf('run', given, RUN)];
}

export function reactionOptionProblems(name: string, options: unknown): string[] {
  return problemsWithRetry(`reaction "${name}"`, options, REACTION);
}

export function effectOptionProblems(name: string, options: unknown): string[] {
  return problemsWithRetry(`effect "${name}"`, options, EFFECT);
}

export function processOptionProblems(name: string, options: unknown): string[] {
  return problemsWithRetry(`process manager "${name}"`, options, PROCESS);
}

function problemsWithRetry(whose: string, options: unknown, table: Table<object>): string[] {
  const retry = (options as { readonly retry?: unknown } | undefined)?.retry;
  return [
    ...problemsOf(whose, options, table),
    ...problemsOf(`retry of ${whose}`, anObject.is(retry) ? retry : {}, RETRY),
  ];
}

/** Undefined stands for an option that was not given. */
function problemsOf(whose: string, options: unknown, table: Table<object>): string[] {
  const known = table as Readonly<Record<string, Wanted>>;
  return Object.entries(options as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
    if (!Object.hasOwn(known, name))
      return [
        `${whose} has no option "${name}"; it knows ${Object.keys(known)
          .map((each) => `"${each}"`)
          .join(', ')}`,
      ];
    const wanted = known[name] as Wanted;
    if (value === undefined || wanted.is(value)) return [];
    return [`"${name}" of ${whose} is ${shown(value)}; give it ${wanted.text}`];
  });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return 'something else';
  return typeof value === 'function' ? 'a function' : String(value);
}

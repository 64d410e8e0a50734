import { borderSubscription } from '../backbone/border.ts';
import { RELAY } from '../backbone/relay.ts';
import { type BoundedContext } from '../context/bounded-context.ts';
import type { Source } from '../reaction/source.ts';
import { TIMER_NAMES } from '../process/timer-row.ts';
import { IMPORTS } from './import-request.ts';
import { PAUSES } from './pause.ts';
import { REQUESTS } from './request.ts';
import { type AnyReadModel, modelName } from '../read-model/read-model.ts';
import { contractProblems } from './contract-problems.ts';
import { duplicates, nameProblems } from './name-problems.ts';
import { OLD_VERSIONS } from './old-versions.ts';
import {
  effectOptionProblems,
  reactionOptionProblems,
  runOptionProblems,
} from './option-problems.ts';
import { processProblems, recurrenceProblems } from './process-problems.ts';
import { isContext, partProblems } from './part-problems.ts';
import type { RunOptions } from './run-options.ts';

/**
 * Looks through the whole context map before anything starts.
 *
 * @throws {ConfigurationError} naming everything that is wrong, each with what to do.
 */
export function assertConfiguration(
  contexts: readonly BoundedContext[],
  options: RunOptions,
): void {
  const problems = [...mapProblems(contexts, options?.only), ...runOptionProblems(options)];
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function mapProblems(contexts: readonly unknown[], only: unknown): string[] {
  if (!Array.isArray(contexts)) return ['run was given no list of contexts; give it the whole map'];
  const known = contexts.filter(isContext);
  // What holds things that are none of ours is not looked into any further.
  const whole = known.filter((context) => partProblems(context).length === 0);
  return [
    ...contexts.flatMap((context, index) =>
      isContext(context)
        ? []
        : [`number ${index + 1} of the contexts is none; give what boundedContext() answers`],
    ),
    ...duplicates(known.map((context) => context.name)).map(
      (name) => `two contexts are called "${name}"; give one another name`,
    ),
    ...known.flatMap((context) =>
      partProblems(context).map((problem) => `in "${context.name}": ${problem}`),
    ),
    ...whole.flatMap(contextProblems),
    ...contractProblems(whole),
    ...onlyProblems(known, Array.isArray(only) ? only : []),
  ];
}

function onlyProblems(contexts: readonly BoundedContext[], only: readonly unknown[]): string[] {
  return only
    .filter((name) => !contexts.some((context) => context.name === name))
    .map((name) => `"only" names "${String(name)}", which is no context; look how it is spelled`);
}

function contextProblems(context: BoundedContext): string[] {
  const subscriptions = [
    ...context.reactions.map((reaction) => reaction.name),
    ...context.effects.map((effect) => effect.name),
    ...context.processes.map((process) => process.name),
    ...context.readModels.map(modelName),
  ];
  const problems = [
    ...(/^[a-z][a-z0-9-]{0,62}$/.test(context.name)
      ? []
      : [
          `${JSON.stringify(context.name)} can't be a context's name; use a-z, 0-9 and "-", at most 63 characters`,
        ]),
    ...duplicates(context.aggregates.map((aggregate) => aggregate.name)).map(
      (name) => `two aggregates are called "${name}"; give one another name`,
    ),
    ...duplicates(subscriptions).map(
      (name) => `two subscriptions are called "${name}"; the name is the identity of a checkpoint`,
    ),
    ...subscriptions
      .filter((name) => isOurs(String(name)))
      .map((name) => `a subscription can't be called "${name}"; say what it does`),
    ...context.aggregates.flatMap(({ name }) => nameProblems('an aggregate', name)),
    ...context.reactions.flatMap(({ name }) => nameProblems('a reaction', name)),
    ...context.effects.flatMap(({ name }) => nameProblems('an effect', name)),
    ...context.processes.flatMap(processProblems),
    ...recurrenceProblems(context),
    ...context.readModels.flatMap(readModelProblems),
    ...context.reactions.flatMap((part) => reactionOptionProblems(part.name, part.options)),
    ...context.effects.flatMap((part) => effectOptionProblems(part.name, part.options)),
    ...ownAggregateProblems(context),
    ...inlineProblems(context),
  ];
  return problems.map((problem) => `in "${context.name}": ${problem}`);
}

/** Waiting rows and checkpoints of ours stand under such names. */
function isOurs(name: string): boolean {
  const ours = [RELAY, OLD_VERSIONS, REQUESTS, IMPORTS, PAUSES, ...TIMER_NAMES];
  return name.startsWith(borderSubscription('')) || ours.includes(name);
}

function readModelProblems({ name, version }: AnyReadModel): string[] {
  const isVersion = Number.isSafeInteger(version) && version >= 1;
  return [
    ...nameProblems('a read model', name),
    ...(isVersion ? [] : [`read model "${name}" has version ${version}; use 1, 2, 3 …`]),
  ];
}

/** Reactions, publications and read models may use aggregates of their own context only. */
function ownAggregateProblems(context: BoundedContext): string[] {
  const sources: [string, Source | BoundedContext['aggregates'][number]][] = [
    ...context.reactions.flatMap((part) =>
      part.sources.map((source) => [part.name, source] as const),
    ),
    ...context.effects.flatMap((part) =>
      part.sources.map((source) => [part.name, source] as const),
    ),
    ...context.processes.flatMap((part) =>
      part.sources.map((source) => [part.name, source] as const),
    ),
    ...context.readModels.flatMap((part) =>
      part.sources.map((source) => [part.name, source] as const),
    ),
  ].map(([name, source]) => [name, source]);
  const used = [
    ...sources.flatMap(([name, source]) =>
      source.kind === 'domain'
        ? [[name, source.aggregate] as const]
        : source.kind === 'aggregate'
          ? [[name, source] as const]
          : [],
    ),
    ...context.publishes.flatMap((part) =>
      part.kind === 'publication' ? [[part.contract.name, part.aggregate] as const] : [],
    ),
  ];
  return used
    .filter(([, aggregate]) => !context.aggregates.includes(aggregate))
    .map(
      ([name, aggregate]) =>
        `"${name}" uses the aggregate "${aggregate.name}", which is not among its "aggregates"; ` +
        `list it there, or use a contract when it is another context's`,
    );
}

function inlineProblems(context: BoundedContext): string[] {
  return context.readModels
    .filter((model) => model.inline && model.sources.some((source) => source.kind === 'contract'))
    .map(
      (model) =>
        `read model "${model.name}" is inline but reads a contract; only its own aggregates are ` +
        `folded in the same write set`,
    );
}

/** The application is not wired right. Nothing was started. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration';
  readonly retryable = false;
  /** Everything that is wrong, each with what to do. */
  readonly problems: readonly string[];
  /** What was thrown where logs could not be opened; each is among the problems, too. */
  readonly failures: readonly unknown[];

  constructor(problems: readonly string[], failures: readonly unknown[] = []) {
    super(
      `The application can't start, for ${problems.length} ` +
        `${problems.length === 1 ? 'reason' : 'reasons'}:\n` +
        problems.map((problem) => `- ${problem}`).join('\n'),
      failures.length === 0 ? undefined : { cause: failures[0] },
    );
    this.failures = failures;
    this.problems = problems;
  }
}

import type { AnyContract } from '../contract/contract.ts';
import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../context/bounded-context.ts';
import type { Source } from '../reaction/source.ts';
import { modelName } from '../read-model/read-model.ts';

/**
 * Looks through the whole context map before anything starts.
 *
 * @throws {ConfigurationError} naming everything that is wrong, each with what to do.
 */
export function assertConfiguration(
  contexts: readonly BoundedContext[],
  only: readonly string[] = [],
): void {
  const problems = [
    ...duplicates(contexts.map((context) => context.name)).map(
      (name) => `two contexts are called "${name}"; give one another name`,
    ),
    ...contexts.flatMap(contextProblems),
    ...contractProblems(contexts),
    ...only
      .filter((name) => !contexts.some((context) => context.name === name))
      .map((name) => `"only" names "${name}", which is no context; look how it is spelled`),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function contextProblems(context: BoundedContext): string[] {
  const subscriptions = [
    ...context.reactions.map((reaction) => reaction.name),
    ...context.effects.map((effect) => effect.name),
    ...context.readModels.map(modelName),
  ];
  const problems = [
    ...(/^[a-z][a-z0-9-]{0,62}$/.test(context.name)
      ? []
      : [
          `"${context.name}" can't be a context's name; use a-z, 0-9 and "-", at most 63 characters`,
        ]),
    ...duplicates(context.aggregates.map((aggregate) => aggregate.name)).map(
      (name) => `two aggregates are called "${name}"; give one another name`,
    ),
    ...duplicates(subscriptions).map(
      (name) => `two subscriptions are called "${name}"; the name is the identity of a checkpoint`,
    ),
    ...subscriptions
      .filter((name) => name.trim() === '' || name.startsWith('intake from ') || name === 'relay')
      .map((name) => `a subscription can't be called "${name}"; say what it does`),
    ...ownAggregateProblems(context),
    ...inlineProblems(context),
  ];
  return problems.map((problem) => `in "${context.name}": ${problem}`);
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

function contractProblems(contexts: readonly BoundedContext[]): string[] {
  const publishers = new Map<string, string[]>();
  const definitions = new Map<string, Set<AnyContract>>();
  for (const context of contexts) {
    for (const contract of publishedContracts(context)) {
      publishers.set(contract.name, [...(publishers.get(contract.name) ?? []), context.name]);
      define(definitions, contract);
    }
    for (const contract of consumedContracts(context)) define(definitions, contract);
  }
  const consumed = contexts.flatMap((context) =>
    consumedContracts(context).map((contract) => ({ context: context.name, contract })),
  );
  return [
    ...[...publishers]
      .filter(([, names]) => names.length > 1)
      .map(
        ([name, names]) =>
          `contract "${name}" is published by ${names.map((n) => `"${n}"`).join(' and ')}; one ` +
          `context owns a fact, let the others publish a fact of their own`,
      ),
    ...consumed
      .filter(({ contract }) => contract.origin === 'ours' && !publishers.has(contract.name))
      .map(
        ({ context, contract }) =>
          `"${context}" listens to "${contract.name}", which no context publishes; publish it, or ` +
          `say origin: 'external' in the contract`,
      ),
    ...[...definitions]
      .filter(([, contracts]) => contracts.size > 1)
      .map(([name]) => `contract "${name}" is defined more than once; import the one definition`),
  ];
}

function define(definitions: Map<string, Set<AnyContract>>, contract: AnyContract): void {
  definitions.set(contract.name, (definitions.get(contract.name) ?? new Set()).add(contract));
}

function duplicates(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** The application is not wired right. Nothing was started. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration';
  readonly retryable = false;
  /** Everything that is wrong, each with what to do. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The application can't start, for ${problems.length} ` +
        `${problems.length === 1 ? 'reason' : 'reasons'}:\n` +
        problems.map((problem) => `- ${problem}`).join('\n'),
    );
    this.problems = problems;
  }
}

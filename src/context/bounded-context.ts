import type { AnyAggregate } from '../aggregate/aggregate.ts';
import type { AnyContract } from '../contract/contract.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import type { Recurrence } from '../process/recurrence.ts';
import type { Effect } from '../reaction/effect.ts';
import type { Reaction } from '../reaction/whenever.ts';
import type { AnyReadModel } from '../read-model/read-model.ts';
import type { Publication } from './publication.ts';

/**
 * A module with its own language, its own log and its own database. It knows other contexts by
 * their contracts only.
 *
 * @example
 * const map: readonly BoundedContext[] = [ordering, billing];
 */
export interface BoundedContext<Name extends string = string> {
  readonly kind: 'bounded-context';
  readonly name: Name;
  readonly aggregates: readonly AnyAggregate[];
  readonly publishes: readonly (Publication | AnyContract)[];
  readonly reactions: readonly Reaction[];
  readonly effects: readonly Effect[];
  readonly processes: readonly ProcessManager[];
  readonly readModels: readonly AnyReadModel[];
  readonly setUp: ((database: never) => void | Promise<void>) | undefined;
  /** Names among its parts that mean nothing: a misspelled one must not be left out in silence. */
  readonly unknownParts: readonly string[];
}

/**
 * Puts a context together. It holds no state: `run` brings it to life.
 *
 * @example
 * const ordering = boundedContext('ordering', {
 *   aggregates: [order],
 *   publishes: [publish(OrderPlaced, order, 'OrderPlaced', (event) => event.data)],
 * });
 */
export function boundedContext<const Name extends string>(
  name: Name,
  parts: {
    readonly aggregates?: readonly AnyAggregate[];
    /** Publications, and contracts published by `tools.publish` or `tx.publish`. */
    readonly publishes?: readonly (Publication | AnyContract)[];
    readonly reactions?: readonly Reaction[];
    readonly effects?: readonly Effect[];
    readonly processes?: readonly ProcessManager[];
    readonly readModels?: readonly AnyReadModel[];
    /** Makes the context's own tables at each start, in a transaction; must be repeatable. */
    readonly setUp?: (database: never) => void | Promise<void>;
  },
): BoundedContext<Name> {
  const { aggregates, publishes, reactions, effects, processes, readModels, setUp, ...unknown } =
    parts;
  return {
    kind: 'bounded-context',
    name,
    aggregates: aggregates ?? [],
    publishes: publishes ?? [],
    reactions: reactions ?? [],
    effects: effects ?? [],
    processes: processes ?? [],
    readModels: readModels ?? [],
    setUp,
    unknownParts: Object.keys(unknown),
  };
}

/** The contracts a context publishes, each once. */
export function publishedContracts(context: BoundedContext): readonly AnyContract[] {
  const contracts = context.publishes.map((part) =>
    part.kind === 'publication' ? part.contract : part,
  );
  return [...new Set(contracts)];
}

/** The times that recur which a context listens to, each once. */
export function recurrencesOf(context: BoundedContext): readonly Recurrence[] {
  const listening = [...context.reactions, ...context.effects, ...context.processes];
  const recurrences = listening.flatMap(({ sources }) =>
    sources.flatMap((source) => (source.kind === 'timer' ? (source.recurrence ?? []) : [])),
  );
  return [...new Set(recurrences)];
}

/** The contracts a context listens to, each once. */
export function consumedContracts(context: BoundedContext): readonly AnyContract[] {
  const sources = [
    ...context.reactions.flatMap((reaction) => reaction.sources),
    ...context.effects.flatMap((effect) => effect.sources),
    ...context.processes.flatMap((process) => process.sources),
    ...context.readModels.flatMap((model) => model.sources),
  ];
  return [...new Set(sources.filter((source) => source.kind === 'contract'))];
}

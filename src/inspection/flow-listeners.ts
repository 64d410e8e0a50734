import type { AnyAggregate } from '../aggregate/aggregate.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import type { Source } from '../reaction/source.ts';
import type { AnyReadModel } from '../read-model/read-model.ts';
import type { FlowSubscription } from './flow-graph.ts';

/** A part of a context that listens, and to what. */
export interface FlowListener extends FlowSubscription {
  /** Of a read model. */
  readonly version: number | null;
  readonly sources: readonly (Source | AnyAggregate)[];
  /** Of a process: the timers that it sets. */
  readonly timers: readonly string[];
}

/** All of a context that listens, in the order of its wiring. */
export function listenersOf(context: BoundedContext): readonly FlowListener[] {
  const { reactions, effects, processes, readModels } = context;
  const none = { version: null, timers: [] };
  return [
    ...reactions.map(
      ({ name, sources }) => ({ ...none, kind: 'reaction', name, sources }) as const,
    ),
    ...effects.map(({ name, sources }) => ({ ...none, kind: 'effect', name, sources }) as const),
    ...processes.map(
      ({ name, sources, timers }) => ({ ...none, kind: 'process', name, sources, timers }) as const,
    ),
    ...readModels.map((model) => modelListener(model, context)),
  ];
}

/** A read model listens to the events that it folds. */
function modelListener(model: AnyReadModel, context: BoundedContext): FlowListener {
  const { name, version } = model;
  const aggregates = model.sources.filter((source) => source.kind === 'aggregate');
  const contracts = model.sources.filter((source) => source.kind === 'contract');
  const named = new Set(contracts.map((contract) => contract.name));
  const types = Object.keys(model.evolve).filter((type) => !named.has(type));
  const known = new Set(
    namedEvents(context).map(({ aggregate, type }) => eventName(aggregate, type)),
  );
  const events = types.flatMap((type) => {
    // Which of several aggregates it is of is only known where the wiring says it elsewhere.
    const owners = aggregates.filter((one) => known.has(eventName(one, type)));
    const likely = owners.length > 0 || aggregates.length > 1 ? owners : aggregates;
    return likely.map((aggregate) => ({ kind: 'domain', aggregate, type }) as const);
  });
  const told = new Set(events.map(({ aggregate }) => aggregate.name));
  const whole = aggregates.filter(({ name: aggregate }) => !told.has(aggregate));
  return {
    kind: 'read-model',
    name,
    version,
    sources: [...events, ...whole, ...contracts],
    timers: [],
  };
}

/** The events that publications and subscriptions name. */
export function namedEvents(
  context: BoundedContext,
): readonly { readonly aggregate: AnyAggregate; readonly type: string }[] {
  const { publishes, reactions, effects, processes } = context;
  const sources = [...reactions, ...effects, ...processes].flatMap((part) => part.sources);
  return [
    ...publishes.filter((part) => part.kind === 'publication'),
    ...sources.filter((source) => source.kind === 'domain'),
  ];
}

export function eventName(aggregate: AnyAggregate, type: string): string {
  return `${aggregate.name}/${type}`;
}

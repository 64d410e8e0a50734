import type { AnyAggregate } from '../aggregate/aggregate.ts';
import type { BoundedContext } from '../context/bounded-context.ts';
import { timerType } from '../process/timer-type.ts';
import type { Source } from '../reaction/source.ts';
import { chosenContexts } from './chosen-contexts.ts';
import { type FlowGraph, FlowGraphBuilder } from './flow-graph.ts';
import { type FlowListener, eventName, listenersOf } from './flow-listeners.ts';
import { contractNode, publishersOf, subscriptionsTo } from './flows.ts';

/**
 * What flows inside of one context: from its aggregates' events, its timers and the contracts that
 * it listens to, to whatever is told of them; and from its events to what it publishes, and for whom.
 *
 * @throws {QuestionError} when there is none of that name.
 */
export function contextFlowsOf(contexts: readonly BoundedContext[], name: string): FlowGraph {
  const [context] = chosenContexts(contexts, name) as [BoundedContext];
  const builder = new FlowGraphBuilder();
  for (const aggregate of context.aggregates) builder.node('aggregate', aggregate.name);
  addPublished(builder, context, contexts);
  for (const listener of listenersOf(context))
    addListener(builder, listener, (source) => sourceNode(builder, source, context, contexts));
  return builder.graph(name);
}

function addPublished(
  builder: FlowGraphBuilder,
  context: BoundedContext,
  contexts: readonly BoundedContext[],
): void {
  for (const part of context.publishes) {
    const [from, contract] =
      part.kind === 'publication'
        ? [eventNode(builder, part.aggregate, part.type), part.contract]
        : [builder.node('code', 'handlers and transactions'), part];
    const to = contractNode(builder, contract);
    builder.edge(from, 'publishes', to);
    for (const other of contexts) {
      const subscriptions = other === context ? [] : subscriptionsTo(contract, other);
      if (subscriptions.length === 0) continue;
      builder.edge(to, 'listens', builder.node('context', other.name), subscriptions);
    }
  }
}

function addListener(
  builder: FlowGraphBuilder,
  { kind, name, version, sources, timers }: FlowListener,
  nodeOf: (source: Source | AnyAggregate) => string,
): void {
  const id = builder.node(kind, name, { version });
  for (const source of sources) builder.edge(nodeOf(source), 'listens', id);
  for (const timer of timers) {
    const set = builder.node('timer', timerType(name, timer));
    builder.edge(id, 'sets', set);
    builder.edge(set, 'listens', id);
  }
}

function sourceNode(
  builder: FlowGraphBuilder,
  source: Source | AnyAggregate,
  context: BoundedContext,
  contexts: readonly BoundedContext[],
): string {
  switch (source.kind) {
    case 'aggregate':
      return builder.node('aggregate', source.name);
    case 'domain':
      return eventNode(builder, source.aggregate, source.type);
    case 'timer': {
      const { type, recurrence } = source;
      if (recurrence === undefined) return builder.node('timer', type);
      const { name, cron, timeZone } = recurrence;
      return builder.node('recurring', name, { about: `${cron} in ${timeZone}` });
    }
    case 'contract': {
      const id = contractNode(builder, source);
      for (const { kind, name } of publishersOf(source, contexts))
        if (name !== context.name) builder.edge(builder.node(kind, name), 'publishes', id);
      return id;
    }
  }
}

function eventNode(builder: FlowGraphBuilder, aggregate: AnyAggregate, type: string): string {
  const id = builder.node('event', eventName(aggregate, type));
  builder.edge(builder.node('aggregate', aggregate.name), 'decides', id);
  return id;
}

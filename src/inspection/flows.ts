import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../context/bounded-context.ts';
import type { AnyContract } from '../contract/contract.ts';
import { type FlowGraph, FlowGraphBuilder, type FlowSubscription } from './flow-graph.ts';
import { listenersOf } from './flow-listeners.ts';

/**
 * The contexts, the systems that are not ours, and the contracts between them: who publishes each,
 * and who listens to it with what. From the wiring alone.
 */
export function flowsOf(contexts: readonly BoundedContext[]): FlowGraph {
  const builder = new FlowGraphBuilder();
  for (const { name } of contexts) builder.node('context', name);
  for (const contract of contractsOf(contexts)) {
    const id = contractNode(builder, contract);
    for (const { kind, name } of publishersOf(contract, contexts))
      builder.edge(builder.node(kind, name), 'publishes', id);
    for (const context of contexts) {
      const subscriptions = subscriptionsTo(contract, context);
      if (subscriptions.length === 0) continue;
      builder.edge(id, 'listens', builder.node('context', context.name), subscriptions);
    }
  }
  return builder.graph(null);
}

/** All contracts: first those of the contexts in their order, then those of others. Each name once. */
export function contractsOf(contexts: readonly BoundedContext[]): readonly AnyContract[] {
  const all = [...contexts.flatMap(publishedContracts), ...contexts.flatMap(consumedContracts)];
  const names = new Map<string, AnyContract>();
  for (const contract of all) if (!names.has(contract.name)) names.set(contract.name, contract);
  return [...names.values()];
}

export function contractNode(builder: FlowGraphBuilder, contract: AnyContract): string {
  const { name, version, documentation } = contract;
  return builder.node('contract', name, { version, about: documentation });
}

/**
 * Who publishes a contract. Nobody for one of ours that no context publishes, which `run` refuses:
 * it shows as one that comes from nowhere.
 */
export function publishersOf(
  contract: AnyContract,
  contexts: readonly BoundedContext[],
): readonly { readonly kind: 'context' | 'external'; readonly name: string }[] {
  const ours = contexts.filter((context) => publishes(context, contract.name));
  if (ours.length > 0) return ours.map(({ name }) => ({ kind: 'context', name }));
  if (contract.origin !== 'external') return [];
  // As everywhere: an external source is named by what stands before the contract's first dot.
  return [{ kind: 'external', name: contract.name.split('.')[0] as string }];
}

function publishes(context: BoundedContext, contract: string): boolean {
  return publishedContracts(context).some(({ name }) => name === contract);
}

/** With what a context listens to a contract. */
export function subscriptionsTo(
  contract: AnyContract,
  context: BoundedContext,
): readonly FlowSubscription[] {
  return listenersOf(context)
    .filter(({ sources }) =>
      sources.some((source) => source.kind === 'contract' && source.name === contract.name),
    )
    .map(({ kind, name }) => ({ kind, name }));
}

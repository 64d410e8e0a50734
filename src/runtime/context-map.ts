/** Who listens to whom, as the contexts themselves say it. */
import type { Listener } from '../backbone/backbone.ts';
import {
  type BoundedContext,
  consumedContracts,
  publishedContracts,
} from '../context/bounded-context.ts';
import type { AnyContract } from '../contract/contract.ts';
import { startingParts } from './starting-parts.ts';

/** The other contexts that one listens to. */
export function sourcesOf(
  context: BoundedContext,
  contexts: readonly BoundedContext[],
): readonly string[] {
  const sources = consumedContracts(context).map(({ name }) => publisherOf(name, contexts));
  return [...new Set(sources)].filter((source) => source !== context.name);
}

/** What a context listens to of one source. */
export function contractsFrom(
  source: string,
  context: BoundedContext,
  contexts: readonly BoundedContext[],
): readonly AnyContract[] {
  return consumedContracts(context).filter(({ name }) => publisherOf(name, contexts) === source);
}

/**
 * The contexts that listen to one, wherever they run, each with what it must not miss. A contract whose
 * listeners all begin now is not of it: what comes before they do is left out.
 */
export function listenersTo(
  source: string,
  contexts: readonly BoundedContext[],
): readonly Listener[] {
  return contexts.flatMap((context) => {
    if (context.name === source) return [];
    const wanted = new Set(
      startingParts(context)
        .filter(({ startFrom }) => startFrom !== 'now')
        .flatMap((part) => part.contracts),
    );
    const contracts = contractsFrom(source, context, contexts)
      .map(({ name }) => name)
      .filter((name) => wanted.has(name));
    return contracts.length === 0 ? [] : [{ consumer: context.name, source, contracts }];
  });
}

/** All that may publish: the contexts, and the external ones that any of them listens to. */
export function publishersOf(contexts: readonly BoundedContext[]): readonly string[] {
  const sources = contexts.flatMap((context) => sourcesOf(context, contexts));
  return [...new Set([...contexts.map(({ name }) => name), ...sources])];
}

/** Who publishes a contract; an external one is named after the part before its first dot. */
function publisherOf(contract: string, contexts: readonly BoundedContext[]): string {
  const publisher = contexts.find((context) =>
    publishedContracts(context).some((published) => published.name === contract),
  );
  return publisher?.name ?? (contract.split('.')[0] as string);
}

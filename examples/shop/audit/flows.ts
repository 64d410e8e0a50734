/**
 * Who listens to whom, as the contexts themselves declare it: each contract that one context
 * publishes and another listens to, with the subscriptions that are to handle it.
 */
import type { BoundedContext } from 'thereupon';

export type Flow = {
  readonly publisher: string;
  readonly consumer: string;
  readonly contracts: ReadonlySet<string>;
  /** For each subscription of the consumer the contracts that it handles. */
  readonly handledBy: ReadonlyMap<string, ReadonlySet<string>>;
};

export function flowsOf(contexts: readonly BoundedContext[]): Flow[] {
  return contexts.flatMap((consumer) =>
    contexts.flatMap((publisher) => {
      // What a context hears of itself never crosses a border.
      if (consumer === publisher) return [];
      const published = contractsPublishedBy(publisher);
      const handledBy = new Map<string, ReadonlySet<string>>();
      for (const [subscription, contracts] of subscriptionsOf(consumer)) {
        const heard = contracts.filter((contract) => published.has(contract));
        if (heard.length > 0) handledBy.set(subscription, new Set(heard));
      }
      if (handledBy.size === 0) return [];
      const contracts = new Set([...handledBy.values()].flatMap((heard) => [...heard]));
      return [{ publisher: publisher.name, consumer: consumer.name, contracts, handledBy }];
    }),
  );
}

function contractsPublishedBy(context: BoundedContext): ReadonlySet<string> {
  return new Set(
    context.publishes.map((part) => (part.kind === 'publication' ? part.contract.name : part.name)),
  );
}

/** The subscriptions of a context by the name of their checkpoint, with what they listen to. */
function subscriptionsOf(context: BoundedContext): [string, string[]][] {
  const { reactions, effects, readModels } = context;
  return [
    ...[...reactions, ...effects].map(({ name, sources }): [string, string[]] => [
      name,
      sources.flatMap((source) => (source.kind === 'contract' ? [source.name] : [])),
    ]),
    ...readModels.map(({ name, version, sources }): [string, string[]] => [
      `${name}@${version}`,
      sources.flatMap((source) => (source.kind === 'contract' ? [source.name] : [])),
    ]),
  ];
}

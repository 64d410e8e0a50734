import { type AnyAggregate, aggregateOfStream } from '../aggregate/aggregate.ts';
import type { Direction, StoredRecord } from '../log/record.ts';
import type { Source } from '../reaction/source.ts';

/** Which records of a log a subscription wants: what to ask the store for, and what to look at. */
export interface Interest {
  readonly types: readonly string[];
  readonly directions: readonly Direction[];
  readonly wants: (record: StoredRecord) => boolean;
}

/** The interest in some sources. Own contracts are seen as they go out, others as they come in. */
export function interestIn(sources: readonly Source[]): Interest {
  const contracts = sources.filter((source) => source.kind === 'contract');
  const domain = sources.filter((source) => source.kind === 'domain');
  const timers = sources.filter((source) => source.kind === 'timer');
  const names = new Set(contracts.map((contract) => contract.name));
  const events = new Set(domain.map((source) => `${source.aggregate.name}/${source.type}`));
  const domainTypes = new Set(domain.map((source) => source.type));
  const timerTypes = new Set(timers.map((source) => source.type));
  return {
    types: [...new Set([...names, ...domainTypes, ...timerTypes])],
    directions: [
      ...directionsOf(names.size > 0, events.size > 0),
      ...(timers.length > 0 ? (['timer'] as const) : []),
    ],
    // By the type first: it is asked for each record of the log, by each subscription.
    wants: ({ direction, type, stream }) => {
      if (direction === 'domain')
        return domainTypes.has(type) && events.has(`${aggregateOfStream(stream ?? '')}/${type}`);
      return direction === 'timer' ? timerTypes.has(type) : names.has(type);
    },
  };
}

/** The interest of a read model: those events of its sources that it folds. */
export function interestOfModel(model: {
  readonly sources: readonly (AnyAggregate | Source)[];
  readonly evolve: Readonly<Record<string, unknown>>;
}): Interest {
  const types = new Set(Object.keys(model.evolve));
  const aggregates = new Set<string>();
  const contracts = new Set<string>();
  for (const source of model.sources) {
    if (source.kind === 'aggregate') aggregates.add(source.name);
    else if (source.kind === 'contract') contracts.add(source.name);
  }
  return {
    types: [...types],
    directions: directionsOf(contracts.size > 0, aggregates.size > 0),
    wants: (record) =>
      types.has(record.type) &&
      record.direction !== 'timer' &&
      (record.direction === 'domain'
        ? aggregates.has(aggregateOfStream(record.stream ?? ''))
        : contracts.has(record.type)),
  };
}

function directionsOf(messages: boolean, domain: boolean): readonly Direction[] {
  return [...(domain ? (['domain'] as const) : []), ...(messages ? MESSAGES : [])];
}

const MESSAGES = ['outgoing', 'incoming'] as const;

import type { Aggregate, AnyAggregate } from '../aggregate/aggregate.ts';
import type { AnyContract, Contract } from '../contract/contract.ts';
import type { EventOfType, Fact, Recorded } from '../message/fact.ts';

/** The translation of a domain event into an integration event, made in the same commit. */
export interface Publication {
  readonly kind: 'publication';
  readonly contract: AnyContract;
  readonly aggregate: AnyAggregate;
  readonly type: string;
  /** Undefined: this one is not published. */
  readonly translate: (event: Recorded<Fact>) => unknown;
}

/**
 * Publishes a contract whenever an aggregate's event happens. `translate` must be pure: it may be
 * called more often than once. It answers with the contract's data, or with undefined when this
 * event is nobody else's business.
 *
 * @example
 * publish(OrderPlaced, order, 'OrderPlaced', (event) => event.data);
 */
export function publish<
  Name extends string,
  Data,
  Event extends Fact,
  const Type extends Event['type'],
>(
  contract: Contract<Name, Data>,
  // oxlint-disable-next-line no-explicit-any -- only the aggregate's events matter here
  from: Aggregate<string, any, any, Event>,
  type: Type,
  translate: (event: Recorded<EventOfType<Event, Type>>) => NoInfer<Data> | undefined,
): Publication {
  return {
    kind: 'publication',
    contract,
    aggregate: from,
    type,
    translate: translate as Publication['translate'],
  };
}

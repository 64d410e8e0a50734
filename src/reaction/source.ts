import type { Aggregate, AnyAggregate } from '../aggregate/aggregate.ts';
import type { AnyContract, EventOf } from '../contract/contract.ts';
import type { EventOfType, Fact } from '../message/fact.ts';
import type { Recurrence } from '../process/recurrence.ts';

/**
 * What a subscription can listen to: a contract, one kind of event of an own aggregate, or a time
 * that recurs.
 */
export type Source = AnyContract | DomainSource | TimerSource;

/** One kind of event of an aggregate of the same context. */
export interface DomainSource<Event extends Fact = Fact> {
  readonly kind: 'domain';
  readonly aggregate: AnyAggregate;
  readonly type: string;
  readonly '~event'?: Event;
}

/** A timer of the same context, as it comes due. */
export interface TimerSource<Event extends Fact = Fact> {
  readonly kind: 'timer';
  /** Of its records: see `timerType`. */
  readonly type: string;
  /** When it recurs; undefined where somebody else sets it. */
  readonly recurrence?: Recurrence;
  readonly '~event'?: Event;
}

/** The events that a source, or one of several, brings. */
export type EventFrom<S> = S extends readonly (infer One)[]
  ? EventFrom<One>
  : S extends DomainSource<infer Event> | TimerSource<infer Event>
    ? Event
    : EventOf<S>;

/**
 * An event of an own aggregate as something to react to, for what must not leave the context.
 *
 * @example
 * whenever('match the return', happened(returnRequest, 'ReturnRequested'), async (event, tools) => {});
 */
export function happened<Event extends Fact, const Type extends Event['type']>(
  // oxlint-disable-next-line no-explicit-any -- only the aggregate's events matter here
  aggregate: Aggregate<string, any, any, Event>,
  type: Type,
): DomainSource<EventOfType<Event, Type>> {
  return { kind: 'domain', aggregate, type };
}

import type { Recorded } from '../message/fact.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import type { EventFrom, Source } from './source.ts';
import type { NotYet, Tools } from './tools.ts';

/** Whenever this happens, thereupon do that. Its name is the identity of its checkpoint. */
export interface Reaction {
  readonly kind: 'reaction';
  readonly name: string;
  readonly sources: readonly Source[];
  // oxlint-disable-next-line no-explicit-any -- the event's type is known where it was written
  readonly thereupon: (event: Recorded<any>, tools: Tools) => unknown;
  readonly options: ReactionOptions<unknown>;
}

export interface ReactionOptions<Event> {
  /** What must stay in order. Default: the contract's key, or the aggregate's id. */
  readonly by?: (event: Event) => string;
  /**
   * What to do when an aggregate refuses (`decide` throws the domain's own error). `park` (default):
   * park at once, without retries. `ignore`: done. A function: what it does commits instead; it may
   * answer `notYet`, too. A mistake in the model, such as a TypeError, is no refusal: it is retried,
   * then parked.
   */
  readonly ifRefused?:
    | 'park'
    | 'ignore'
    | ((refusal: unknown, event: Event, tools: Tools) => unknown);
  /**
   * Needed when it is added to a log that is not empty. `now` also leaves out what others published
   * before of a contract that this context listens to for the first time.
   */
  readonly startFrom?: 'beginning' | 'now';
  readonly retry?: Partial<RetryPolicy>;
  /** How long one handling may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** How long `notYet` may go on before it is parked, in milliseconds. Default one day. */
  readonly notYetMs?: number;
}

/**
 * Reacts to an integration event, or to an event of an own aggregate. The handler may be called
 * again for the same event, but what it asks for takes effect once.
 *
 * @example
 * const confirm = whenever('confirm when paid', PaymentCompleted, (event, { handle }) =>
 *   handle(order, event.data.orderId, { type: 'ConfirmOrder', data: {} }),
 * );
 */
export function whenever<const S extends Source | readonly Source[]>(
  name: string,
  source: S,
  thereupon: (event: Recorded<EventFrom<S>>, tools: Tools) => Promise<unknown> | NotYet | void,
  options: ReactionOptions<Recorded<EventFrom<S>>> = {},
): Reaction {
  return {
    kind: 'reaction',
    name,
    sources: Array.isArray(source) ? source : [source],
    thereupon,
    options: options as ReactionOptions<unknown>,
  };
}

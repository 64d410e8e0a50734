import type { Recorded } from '../message/fact.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import type { EventFrom, Source } from './source.ts';
import type { Dependencies, NotYet, Tools } from './tools.ts';

/**
 * A reaction that must talk to the outside: charge a card, send a mail. It is performed at least
 * once, always under the same idempotency key, and its outcome is recorded once.
 */
export interface Effect {
  readonly kind: 'effect';
  readonly name: string;
  readonly sources: readonly Source[];
  // oxlint-disable-next-line no-explicit-any -- the event's type is known where it was written
  readonly perform: (event: Recorded<any>, means: Means) => Promise<unknown>;
  // oxlint-disable-next-line no-explicit-any -- as above
  readonly record: ((event: Recorded<any>, outcome: any, tools: Tools) => unknown) | undefined;
  readonly options: EffectOptions<unknown>;
}

/** What `perform` gets to work with. */
export interface Means {
  /** `context/effect/recordId`: the same for each attempt, different for each event. */
  readonly idempotencyKey: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborts when its time is up, or the application stops. */
  readonly signal: AbortSignal;
  readonly dependencies: Dependencies;
}

export interface EffectOptions<Event> {
  /** What must stay in order. Default: the contract's key, or the aggregate's id. */
  readonly by?: (event: Event) => string;
  /**
   * Needed when it is added to a log that is not empty. `now` also leaves out what others published
   * before of a contract that this context listens to for the first time.
   */
  readonly startFrom?: 'beginning' | 'now';
  readonly retry?: Partial<RetryPolicy>;
  /** How long one attempt may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** How many keys are performed side by side. Default 16. */
  readonly concurrency?: number;
}

/**
 * Defines an effect. `perform` runs with no transaction open; `record` then says what its outcome
 * means, and commits together with the effect's end. When `record` answers `notYet`, it is performed
 * again later, under the same idempotency key.
 *
 * @example
 * const charge = effect({
 *   name: 'charge the card',
 *   on: happened(payment, 'ChargeRequested'),
 *   perform: (event, { idempotencyKey, signal }) => gateway.charge(event.data, { idempotencyKey, signal }),
 *   record: (event, outcome, { handle }) =>
 *     handle(payment, event.data.orderId, { type: 'RecordCharged', data: outcome }),
 * });
 */
export function effect<const S extends Source | readonly Source[], Result>(
  definition: {
    readonly name: string;
    readonly on: S;
    readonly perform: (event: Recorded<EventFrom<S>>, means: Means) => Promise<Result>;
    readonly record?: (
      event: Recorded<EventFrom<S>>,
      outcome: NoInfer<Result>,
      tools: Tools,
    ) => Promise<unknown> | NotYet | void;
  } & EffectOptions<Recorded<EventFrom<S>>>,
): Effect {
  const { name, on, perform, record, ...options } = definition;
  return {
    kind: 'effect',
    name,
    sources: Array.isArray(on) ? on : [on],
    perform,
    record,
    options: options as EffectOptions<unknown>,
  };
}

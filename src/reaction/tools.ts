import type { Aggregate, Changed } from '../aggregate/aggregate.ts';
import type { Contract } from '../contract/contract.ts';
import type { Fact } from '../message/fact.ts';
import type { Due } from '../process/due.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import type { Query } from '../read-model/query.ts';

/**
 * What a handler may use. Nothing is committed before the handler ends; then everything it asked
 * for commits together, with its checkpoint, or not at all.
 *
 * @example
 * const confirm = ({ handle }: Tools) => handle(order, orderId, { type: 'ConfirmOrder', data: {} });
 */
export interface Tools {
  /** Handles a command by an aggregate of this context; sees what this handler did before. */
  handle<State, Command extends Fact, Event extends Fact>(
    this: void,
    aggregate: Aggregate<string, State, Command, Event>,
    id: string,
    command: NoInfer<Command>,
    options?: { readonly occurredAt?: string },
  ): Promise<Changed<State, Event>>;
  /** Publishes an integration event of this context. */
  publish<Name extends string, Data>(
    this: void,
    contract: Contract<Name, Data>,
    data: NoInfer<Data>,
    options?: { readonly occurredAt?: string },
  ): void;
  /**
   * Publishes an integration event of this context later: a while after the event that is handled
   * was recorded, or at a time in ISO 8601. It is kept by the log until then. What may have to be
   * taken back again is the timer of a process manager.
   *
   * @throws {InvalidDurationError} @throws {InvalidTimeError}
   */
  schedule<Name extends string, Data>(
    this: void,
    contract: Contract<Name, Data>,
    data: NoInfer<Data>,
    due: Due,
  ): void;
  /**
   * Reads a read model of this context, as it is committed.
   *
   * @throws {ForeignReadModelError} for one of another context: keep one of your own, fed by the
   *   contracts of that context.
   */
  read<Document extends object>(this: void, model: ReadModel<Document>): Query<Document>;
  /** Aborts when the handler ran out of time, or the application stops. */
  readonly signal: AbortSignal;
  /** What `run` was given as `dependencies`. */
  readonly dependencies: Dependencies;
}

/**
 * The application's own dependencies, as handlers see them. Extend it by declaration merging.
 *
 * @example
 * declare module 'thereupon' {
 *   interface Dependencies { readonly gateway: Gateway }
 * }
 */
export interface Dependencies {}

/** The answer of a handler that lacks something it expects to come. */
export interface NotYet {
  readonly kind: 'not-yet';
  readonly reason: string;
}

/**
 * Answers from a reaction: not yet. Its key waits without counting as a failure, and is parked after
 * a stated time. It is tried again when something moves that the handler looked at by its tools (a
 * stream that it gave a command to, a document that it read, a read model that it searched) or a
 * record of its key; and otherwise at growing intervals, at most a minute apart, for what only the
 * outside can tell.
 *
 * @example
 * if (address === undefined) return notYet(`no address for customer ${customerId}`);
 */
export function notYet(reason: string): NotYet {
  return { kind: 'not-yet', reason };
}

export function isNotYet(answer: unknown): answer is NotYet {
  return typeof answer === 'object' && answer !== null && (answer as NotYet).kind === 'not-yet';
}

import type { Aggregate, AnyAggregate } from '../aggregate/aggregate.ts';
import type { AnyContract, Contract } from '../contract/contract.ts';
import type { Fact } from '../message/fact.ts';
import type { Due } from './due.ts';

/**
 * What a process manager wants to be done, as plain data: made by the functions that `react` is
 * given, and the same ones by whoever tests it.
 *
 * @example
 * const cancel: Action = { kind: 'cancel-timer', timer: 'PaymentOverdue' };
 */
export type Action =
  | {
      readonly kind: 'command';
      readonly aggregate: AnyAggregate;
      readonly id: string;
      readonly command: Fact;
    }
  | { readonly kind: 'publish'; readonly contract: AnyContract; readonly data: unknown }
  | { readonly kind: 'set-timer'; readonly timer: string; readonly due: Due }
  | { readonly kind: 'cancel-timer'; readonly timer: string }
  | { readonly kind: 'complete' };

/** Makes actions. `Timer` are the names of the process's own timers. */
export interface Actions<Timer extends string = string> {
  /** Gives a command to an aggregate of this context. */
  command<State, Command extends Fact, Event extends Fact>(
    this: void,
    aggregate: Aggregate<string, State, Command, Event>,
    id: string,
    command: NoInfer<Command>,
  ): Action;
  /** Publishes an integration event of this context. */
  publish<Name extends string, Data>(
    this: void,
    contract: Contract<Name, Data>,
    data: NoInfer<Data>,
  ): Action;
  /** Sets a timer, or moves the one of this name. */
  setTimer(this: void, timer: Timer, due: Due): Action;
  /** Takes a timer back. One that is not set is no error. */
  cancelTimer(this: void, timer: Timer): Action;
  /** The process is over: its state goes, and its timers with it. */
  complete(this: void): Action;
}

/**
 * The actions of a process manager, to say in a test what is expected of one. `react` is given
 * them as its third argument.
 *
 * @example
 * const expected = [actions.cancelTimer('PaymentOverdue'), actions.complete()];
 */
export const actions: Actions = {
  command: (aggregate, id, command) => ({ kind: 'command', aggregate, id, command }),
  publish: (contract, data) => ({ kind: 'publish', contract, data }),
  setTimer: (timer, due) => ({ kind: 'set-timer', timer, due }),
  cancelTimer: (timer) => ({ kind: 'cancel-timer', timer }),
  complete: () => ({ kind: 'complete' }),
};

import type { Fact, Recorded } from '../message/fact.ts';
import { deepFreeze } from '../message/json.ts';
import type { EventFrom, Source } from '../reaction/source.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import type { Action, Actions } from './actions.ts';

/**
 * A process that goes on over many events: a decider over events. `evolve` says what an event makes
 * of its state, `react` what is to be done then: commands, publications, timers, its end. Both are
 * pure. It has one state for each key, one event at a time for each key, and everything that an
 * event causes commits together with the state, or not at all.
 *
 * @example
 * const deadlines: ProcessManager<'payment deadline'> = paymentDeadline;
 */
export interface ProcessManager<
  Name extends string = string,
  // oxlint-disable-next-line no-explicit-any -- states are used in both directions
  State = any,
  // oxlint-disable-next-line no-explicit-any -- its events matter only to who tests it
  Event extends Fact = any,
> {
  readonly kind: 'process-manager';
  readonly name: Name;
  readonly sources: readonly Source[];
  readonly startedBy: readonly string[];
  // oxlint-disable-next-line no-explicit-any -- the events' types are known where it was written
  readonly by: (event: any) => string | undefined;
  readonly timers: readonly string[];
  readonly time: 'clock' | 'business';
  readonly initial: State;
  // oxlint-disable-next-line no-explicit-any -- as above
  readonly evolve: (state: State, event: any) => State;
  // oxlint-disable-next-line no-explicit-any -- as above
  readonly react: (state: State, event: any, actions: any) => readonly Action[] | void;
  readonly stateVersion: number;
  readonly upgradeState: ((state: unknown, fromVersion: number) => State) | undefined;
  readonly options: ProcessOptions;
  readonly '~event'?: Event;
}

export interface ProcessOptions {
  /**
   * Needed when it is added to a log that is not empty. `now` also leaves out what others published
   * before of a contract that this context listens to for the first time.
   */
  readonly startFrom?: 'beginning' | 'now';
  readonly retry?: Partial<RetryPolicy>;
}

/** What `react` is given to say what is to be done. */
export interface ProcessMeans<Timer extends string> extends Actions<Timer> {
  /** Of the process: what `by` gave. */
  readonly key: string;
}

/** What a process manager is told: the events of its sources, its own timers, and refusals. */
export type ProcessEvent<Sources, Timer extends string> =
  | EventFrom<Sources>
  | TimerDue<Timer>
  | CommandRefused;

/** A timer of the process came due. Its type is the timer's name. */
export type TimerDue<Timer extends string> = Timer extends string
  ? {
      readonly type: Timer;
      readonly data: {
        /** When it was due; ISO 8601, UTC. Also `occurredAt`: that is when it happened. */
        readonly dueAt: string;
      };
    }
  : never;

/** An aggregate refused a command that the process gave: the rest of what it asked for stands. */
export interface CommandRefused {
  readonly type: 'CommandRefused';
  readonly data: {
    /** The aggregate's name, and which one. */
    readonly aggregate: string;
    readonly id: string;
    readonly command: Fact;
    /** What `decide` threw. */
    readonly name: string;
    readonly code: string | null;
    readonly message: string;
  };
}

/**
 * Defines a process manager. A timer is named as the fact that it becomes: `PaymentOverdue`.
 *
 * - `from`: what it listens to. `by` gives the key of the process that an event belongs to;
 *   undefined for none.
 * - `startedBy`: the types of events that begin a process. Any other one for a key that has no
 *   process is ignored, and so is a timer that was cancelled or moved after it had fired.
 * - `react` is asked after `evolve`, with the new state, and answers with what is to be done.
 * - `time`: `clock` (default) measures timers by the clock, from the moment when the event was
 *   recorded. `business` measures from when it happened in the business: see
 *   `Application.reachBusinessTime`.
 * - A command that its aggregate refuses comes back as the event `CommandRefused`. When the process
 *   is over by then, nobody could be told: the event is parked.
 *
 * @example
 * const paymentDeadline = processManager({
 *   name: 'payment deadline',
 *   from: [happened(order, 'OrderPlaced'), PaymentCompleted],
 *   startedBy: ['OrderPlaced'],
 *   by: (event) => event.data.orderId,
 *   timers: ['PaymentOverdue'],
 *   initial: {},
 *   evolve: (state) => state,
 *   react: (_, event, { key, setTimer, publish, complete }) => {
 *     if (event.type === 'OrderPlaced') return [setTimer('PaymentOverdue', { after: '30 minutes' })];
 *     if (event.type !== 'PaymentOverdue') return [complete()];
 *     return [publish(PaymentReminder, { orderId: key }), setTimer('PaymentOverdue', { after: '1 day' })];
 *   },
 * });
 */
export function processManager<
  const Name extends string,
  State,
  const Sources extends readonly Source[],
  const Timer extends string = never,
>(
  definition: {
    readonly name: Name;
    readonly from: Sources;
    readonly startedBy: readonly EventFrom<Sources>['type'][];
    readonly by: (event: Recorded<EventFrom<Sources>>) => string | undefined;
    readonly timers?: readonly Timer[];
    /** How the state begins; an object that JSON can say, as every state after it. */
    readonly initial: State;
    readonly evolve: (
      state: NoInfer<State>,
      event: Recorded<ProcessEvent<Sources, NoInfer<Timer>>>,
    ) => NoInfer<State>;
    readonly react: (
      state: NoInfer<State>,
      event: Recorded<ProcessEvent<Sources, NoInfer<Timer>>>,
      means: ProcessMeans<NoInfer<Timer>>,
    ) => readonly Action[] | void;
    readonly time?: 'clock' | 'business';
    /** Goes up when the shape of the state changes. Default 1. */
    readonly stateVersion?: number;
    /** Makes a current state of an older one. Needed when `stateVersion` goes up. */
    readonly upgradeState?: (state: unknown, fromVersion: number) => NoInfer<State>;
  } & ProcessOptions,
): ProcessManager<Name, State, ProcessEvent<Sources, Timer>> {
  const { name, from, startedBy, by, timers, initial, evolve, react, ...rest } = definition;
  const { time, stateVersion, upgradeState, ...options } = rest;
  return {
    kind: 'process-manager',
    name,
    sources: from,
    startedBy,
    by,
    timers: timers ?? [],
    time: time ?? 'clock',
    initial: deepFreeze(initial),
    evolve,
    react,
    stateVersion: stateVersion ?? 1,
    upgradeState,
    options,
  };
}

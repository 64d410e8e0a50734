import { type BusinessTime, clockTime } from '../process/time-source.ts';
import { BUSINESS_TIMERS, RECURRING_TIMERS, TIMERS } from '../process/timer-row.ts';
import { OwnedRange } from '../subscription/owned-range.ts';
import { Timers, type TimersParts } from '../process/timers.ts';
import type { KeptRecurrences } from './kept-recurrences.ts';

/** All timers of one context: by the clock, by business time, and those that recur. */
export class ContextTimers {
  readonly byClock: Timers;
  readonly byBusinessTime: Timers;
  readonly recurring: Timers;
  readonly #range: OwnedRange;
  readonly #owner: string;
  readonly #kept: KeptRecurrences | undefined;

  constructor(
    given: Omit<TimersParts, 'name' | 'time' | 'range'> & {
      readonly owner: string;
      /** Where processes of several releases may run the context. */
      readonly kept: KeptRecurrences | undefined;
    },
    businessTime: BusinessTime,
  ) {
    const { owner, kept, ...rest } = given;
    this.#kept = kept;
    const time = clockTime(rest.host.clock);
    this.#owner = owner;
    this.#range = new OwnedRange(TIMERS, rest.log, rest.committer);
    const parts = { ...rest, range: this.#range };
    this.byClock = new Timers({ ...parts, name: TIMERS, time });
    this.byBusinessTime = new Timers({ ...parts, name: BUSINESS_TIMERS, time: businessTime });
    this.recurring = new Timers({ ...parts, name: RECURRING_TIMERS, time });
  }

  /**
   * Takes them over before anything fires. If they were claimed when the first one fires, whoever
   * had been taken over long before could still take them from the one that came after.
   */
  async start(): Promise<void> {
    await this.#range.claim({ owner: this.#owner, fingerprint: '', position: 0 });
    for (const timers of this.all) timers.start();
    this.#kept?.start();
  }

  get isLost(): boolean {
    return this.all.some((timers) => timers.isLost);
  }

  /** Whether nothing is due that has not fired. */
  get isIdle(): boolean {
    return this.all.every((timers) => timers.isIdle);
  }

  /** Whether a timer of this name would have fired by now. */
  isDue({ subscription, due }: { readonly subscription: string; readonly due: number }): boolean {
    return this.all.some((timers) => timers.name === subscription && timers.hasCome(due));
  }

  /** The names of those of which some may wait. */
  get waiting(): readonly string[] {
    return this.all.filter(({ nextDue }) => nextDue !== undefined).map(({ name }) => name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.all.map((timers) => timers.stop()), this.#kept?.stop()]);
  }

  /** Those that wait under a name. */
  named(name: string): Timers | undefined {
    return this.all.find((timers) => timers.name === name);
  }

  get all(): readonly Timers[] {
    return [this.byClock, this.byBusinessTime, this.recurring];
  }
}

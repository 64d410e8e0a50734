import type { BoundedContext } from '../../context/bounded-context.ts';
import type { Application } from '../../runtime/application.ts';
import type { Waiter } from './schedule.ts';

/**
 * One life of a process, from its start to its crash. What it waited for when it crashed is told
 * to nobody; the next life begins with contexts built anew.
 */
export class Life implements Waiter {
  readonly process: string;
  /** 1 for the first. */
  readonly nth: number;
  /** Once it runs. */
  app: Application | undefined;
  /** As they were built for this life. */
  contexts: readonly BoundedContext[] = [];
  /** How far the wall clock of its machine is off, in milliseconds. */
  clockOffMs: number;
  readonly #died = Promise.withResolvers<void>();
  #ends: (() => void)[] = [];
  #isGone = false;

  constructor(process: string, nth: number, clockOffMs: number) {
    this.process = process;
    this.nth = nth;
    this.clockOffMs = clockOffMs;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves at its end. */
  get died(): Promise<void> {
    return this.#died.promise;
  }

  /** To be done at its end. */
  atEnd(end: () => void): void {
    this.#ends.push(end);
  }

  /** Others own now what it owned: at its end, its own hold on it is ended, and not theirs. */
  leaseLost(ends: readonly (() => void)[]): void {
    const [backbone] = this.#ends.splice(0).toReversed();
    this.#ends.push(...ends, ...(backbone === undefined ? [] : [backbone]));
  }

  end(): void {
    this.#isGone = true;
    this.app = undefined;
    for (const end of this.#ends) end();
    this.#died.resolve();
  }
}

/** The world around the processes: clients, brokers, machines. It never ends. */
export const WORLD: Waiter = { isGone: false };

/** What a process that has ended waits for. */
export function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

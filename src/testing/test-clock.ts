import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers';
import type { CancelTimer, Clock } from '../host/clock.ts';
import { handlerHere } from '../subscription/in-handler.ts';

/**
 * A clock that stands still until it is moved. Whatever waits by it waits in a row, and is called
 * one by one, in order of time: at one time, in the order in which it was set.
 *
 * A turn is a real one, of Node: it lets go on whatever can go on without time. They are counted,
 * so that it can be told whether anything still may.
 */
export class TestClock implements Clock {
  readonly isSteady = true;
  readonly #start: number;
  #now: number;
  readonly #wakeUps: WakeUp[] = [];
  #turns = 0;

  constructor(start: number) {
    this.#start = start;
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  elapsedMs(): number {
    return this.#now - this.#start;
  }

  after(delayMs: number, then: () => void): CancelTimer {
    const at = this.#now + Math.max(0, delayMs);
    // Called as a timer of Node would: with what its setter had at hand.
    const wakeUp = { at, call: AsyncResource.bind(then), handler: handlerHere() };
    const later = this.#wakeUps.findIndex((other) => other.at > at);
    this.#wakeUps.splice(later === -1 ? this.#wakeUps.length : later, 0, wakeUp);
    return () => {
      const index = this.#wakeUps.indexOf(wakeUp);
      if (index !== -1) this.#wakeUps.splice(index, 1);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.after(delayMs, done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  turn(): Promise<void> {
    this.#turns += 1;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#turns -= 1;
        resolve();
      });
    });
  }

  /** Whether something waits for its turn. */
  get hasTurns(): boolean {
    return this.#turns > 0;
  }

  /** When the next one is called that waits for time; undefined when nothing waits. */
  get nextAt(): number | undefined {
    return this.#wakeUps[0]?.at;
  }

  /** How many handlers wait for time. */
  get handlersWaiting(): number {
    const handlers = this.#wakeUps.flatMap(({ handler }) => handler ?? []);
    return new Set(handlers).size;
  }

  /** Goes to the next time at which something is called, and calls the first that is due then. */
  wakeNext(): void {
    const next = this.#wakeUps.shift();
    if (next === undefined) return;
    this.#now = next.at;
    next.call();
  }

  /** Goes to a time; nothing may be due before. */
  moveTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }
}

interface WakeUp {
  readonly at: number;
  readonly call: () => void;
  /** Who set it, when it was a handler. */
  readonly handler: object | undefined;
}

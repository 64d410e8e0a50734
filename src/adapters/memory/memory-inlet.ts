import type { Delivery, Inlet } from '../../backbone/backbone.ts';
import type { Clock } from '../../host/clock.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** One client's hold on its queue: what it is given is its own until it acknowledges or goes. */
export class MemoryInlet implements Inlet {
  readonly #queue: MemoryQueue;
  readonly #clock: Clock;
  readonly #onClosed: () => void;
  readonly #stopListening: () => void;
  #cutBy: Error | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(options: {
    readonly queue: MemoryQueue;
    readonly clock: Clock;
    readonly onClosed: () => void;
  }) {
    this.#queue = options.queue;
    this.#clock = options.clock;
    this.#onClosed = options.onClosed;
    this.#stopListening = this.#queue.onChange(() => this.#wake?.());
  }

  async receive({ limit, signal }: { limit: number; signal: AbortSignal }): Promise<Delivery> {
    while (!signal.aborted && !this.#isClosed) {
      this.#assertConnected();
      const now = this.#clock.now();
      const taken = this.#queue.take(this, limit, now);
      if (taken.length === 0) {
        await this.#change(signal, now);
        continue;
      }
      return {
        messages: taken.map((message) => message.envelope),
        marks: [],
        acknowledge: async () => {
          this.#assertConnected();
          this.#queue.acknowledge(taken.filter((message) => message.holder === this));
        },
      };
    }
    return { messages: [], marks: [], acknowledge: async () => undefined };
  }

  async isDrained(): Promise<boolean> {
    return this.#queue.isEmpty;
  }

  async lookAgain(): Promise<boolean> {
    this.#assertConnected();
    return this.#queue.isEmpty;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#leave();
  }

  /** The connection is gone, and everything fails that was done over it. */
  cut(cause: Error): void {
    this.#cutBy = cause;
    this.#leave();
  }

  #leave(): void {
    this.#stopListening();
    this.#queue.release(this, this.#clock.now());
    this.#onClosed();
    this.#wake?.();
  }

  #assertConnected(): void {
    if (this.#cutBy !== undefined) throw this.#cutBy;
  }

  /** Waits until something changed in the queue as it was at this time, or its time has come. */
  #change(signal: AbortSignal, now: number): Promise<void> {
    const nextAt = this.#queue.nextAt(now);
    return new Promise((resolve) => {
      let cancelTimer: () => void = () => undefined;
      const done = (): void => {
        this.#wake = undefined;
        signal.removeEventListener('abort', done);
        cancelTimer();
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
      if (nextAt !== undefined) cancelTimer = this.#clock.after(nextAt - now, done);
    });
  }
}

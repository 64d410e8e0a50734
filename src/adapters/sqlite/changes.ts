import type { CancelTimer, Clock } from '../../host/clock.ts';

/** Tells those in this process that look at a context's log that something was committed. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Soon, and not within the commit: what a listener does is none of the writer's business. */
  tell(): void {
    if (this.#listeners.size === 0) return;
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener();
    });
  }
}

const POLL_MIN_MS = 100;
const POLL_MAX_MS = 1_000;

/**
 * Wakes whoever waits for a change: at once when it was made in this process, and by looking at
 * the file from time to time when another process may have made it. Looks only while somebody
 * listens, and the more seldom the less happens.
 */
export class ChangeWatcher {
  readonly #changes: Changes;
  readonly #clock: Clock;
  readonly #version: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #cancelPoll: CancelTimer | undefined;
  #seen = 0;

  /** `version` gives a number that is another one after another process has committed. */
  constructor(changes: Changes, clock: Clock, version: () => number) {
    this.#changes = changes;
    this.#clock = clock;
    this.#version = version;
    this.#stopListening = this.#changes.listen(() => this.#wake());
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#cancelPoll === undefined) {
      this.#seen = this.#version();
      this.#pollIn(POLL_MIN_MS);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopPolling();
    };
  }

  close(): void {
    this.#stopListening();
    this.#stopPolling();
    this.#listeners.clear();
  }

  #pollIn(delayMs: number): void {
    this.#cancelPoll = this.#clock.after(delayMs, () => {
      const version = this.#version();
      const moved = version !== this.#seen;
      this.#seen = version;
      this.#pollIn(moved ? POLL_MIN_MS : Math.min(POLL_MAX_MS, delayMs * 1.5));
      if (moved) this.#wake();
    });
  }

  #stopPolling(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }
}

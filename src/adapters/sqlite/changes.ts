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

/** It looks again after this time when something was there. */
const POLL_MS = 100;
/** And after this time while nothing happens: so often does each log wake an idle process. */
const POLL_MS_MAX = 1_000;

type Listener = (by: 'own' | 'foreign') => void;

export interface ChangeWatcherOptions {
  /** What the owner in this process commits, if it is in this process. */
  readonly changes: Changes;
  /** Whether that owner is the very one who listens here. */
  readonly isOwner: boolean;
  readonly clock: Clock;
  /** A number that is another one after somebody else has committed. */
  readonly version: () => number;
}

/**
 * Wakes whoever waits for a change: at once when it was made in this process, and by looking at
 * the file from time to time when another process may have made it. Looks only while somebody
 * listens, and the more seldom the less happens. When it cannot look, it wakes them, too: they ask
 * the log something, and so meet its error where it can be told.
 */
export class ChangeWatcher {
  readonly #options: ChangeWatcherOptions;
  readonly #listeners = new Set<{ readonly call: Listener }>();
  readonly #stopListening: () => void;
  #cancelPoll: CancelTimer | undefined;
  /** Undefined when the last look has failed. */
  #seen: number | undefined;
  #isClosed = false;

  constructor(options: ChangeWatcherOptions) {
    this.#options = options;
    const by = options.isOwner ? 'own' : 'foreign';
    this.#stopListening = options.changes.listen(() => this.#wake(by));
  }

  listen(listener: Listener): () => void {
    if (this.#isClosed) return () => {};
    // An entry of its own, so that a function given twice is called twice.
    const entry = { call: listener };
    this.#listeners.add(entry);
    if (this.#cancelPoll === undefined) {
      this.#seen = this.#look();
      this.#pollIn(POLL_MS);
    }
    return () => {
      this.#listeners.delete(entry);
      if (this.#listeners.size === 0) this.#stopPolling();
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    this.#stopPolling();
    this.#listeners.clear();
  }

  #pollIn(delayMs: number): void {
    this.#cancelPoll = this.#options.clock.after(delayMs, () => {
      const version = this.#look();
      const moved = version !== this.#seen;
      this.#seen = version;
      const isWell = moved && version !== undefined;
      this.#pollIn(isWell ? POLL_MS : Math.min(POLL_MS_MAX, delayMs * 1.5));
      if (moved) this.#wake('foreign');
    });
  }

  #look(): number | undefined {
    try {
      return this.#options.version();
    } catch {
      // Out of a timer it would end the process. Whoever is woken meets it.
      return undefined;
    }
  }

  #stopPolling(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }

  #wake(by: 'own' | 'foreign'): void {
    for (const { call } of this.#listeners) call(by);
  }
}

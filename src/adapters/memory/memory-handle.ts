import { LogClosedError } from '../../log/log.ts';
import type { MemoryContents } from './memory-contents.ts';

/**
 * One who looks at a log: its owner or a reader. Open until `close`, which lets everything under
 * way come to its end, or until `drop`, which ends it where it is.
 */
export class MemoryHandle {
  readonly contents: MemoryContents;
  readonly #onGone: () => void;
  readonly #stops = new Set<() => void>();
  readonly #underWay = new Set<Promise<unknown>>();
  #state: 'open' | 'closing' | 'gone' = 'open';
  #hasLease = true;
  #closing: Promise<void> | undefined;

  constructor(contents: MemoryContents, onGone: () => void = () => {}) {
    this.contents = contents;
    this.#onGone = onGone;
  }

  /** Answers a question. Async, so that a closed log rejects and does not throw. */
  async ask<T>(question: (contents: MemoryContents) => T): Promise<T> {
    if (this.#state !== 'open') throw this.closedError();
    return question(this.contents);
  }

  /** Makes a change when its turn comes: a transaction is alone on the log. */
  async change<T>(make: (contents: MemoryContents) => T): Promise<T> {
    if (this.#state !== 'open') throw this.closedError();
    if (this.contents.turns.isFree) return make(this.contents);
    return this.alone(async () => make(this.contents));
  }

  /** Does work that takes time, while nobody else changes anything. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#state !== 'open') throw this.closedError();
    const done = this.contents.turns.take(async () => {
      this.assertNotGone();
      return work();
    });
    this.#underWay.add(done);
    try {
      return await done;
    } finally {
      this.#underWay.delete(done);
    }
  }

  /** It writes on, and does not know that somebody else owns the log now. */
  loseLease(): void {
    this.#hasLease = false;
  }

  /** Whoever was taken over must not take over in turn. */
  assertOwner(): void {
    if (!this.#hasLease) throw this.closedError();
  }

  /** Tells whoever listens that something was committed through this handle. */
  changed(): void {
    this.contents.changed(this);
  }

  listen(listener: (by: 'own' | 'foreign') => void): () => void {
    if (this.#state !== 'open') return () => {};
    const stop = this.contents.listen(this, listener);
    this.#stops.add(stop);
    return () => {
      this.#stops.delete(stop);
      stop();
    };
  }

  /** Calls `end` when this handle is gone, in whichever way. */
  onGone(end: () => void): () => void {
    this.#stops.add(end);
    return () => this.#stops.delete(end);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends it where it is: what is under way does not happen any more. */
  drop(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    for (const stop of this.#stops) stop();
    this.#stops.clear();
    this.#onGone();
  }

  /** Work that went on while its owner was ended must not change anything. */
  assertNotGone(): void {
    if (this.#state === 'gone') throw this.closedError();
  }

  closedError(): LogClosedError {
    return new LogClosedError(this.contents.context);
  }

  async #close(): Promise<void> {
    if (this.#state === 'gone') return;
    this.#state = 'closing';
    await Promise.allSettled(this.#underWay);
    this.drop();
  }
}

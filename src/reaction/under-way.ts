import type { Clock } from '../host/clock.ts';

/** So long a stop lets handlers come to their end by themselves. */
const FINISH_MS = 2_000;
/** So long after their signals were aborted it waits for them; then they are given up. */
const GIVE_UP_MS = 2_000;

/** A handler that runs now. */
export interface Interruptible {
  /** Aborts its signal. */
  abort(reason: Error): void;
  /** Waits for it no longer. */
  giveUp(reason: Error): void;
}

/**
 * The handlers that run now. A stop lets them finish, then asks them to by their signals, then
 * hands back what they were about: it is handled again at the next start.
 */
export class UnderWay {
  readonly #handlers = new Set<Interruptible>();

  add(handler: Interruptible): void {
    this.#handlers.add(handler);
  }

  remove(handler: Interruptible): void {
    this.#handlers.delete(handler);
  }

  /** Ends what still runs when its time is over, or at once when `end` is called. */
  stop(clock: Clock): { end(): void } {
    const reason = new StoppingError();
    const abort = (): void => this.#handlers.forEach((handler) => handler.abort(reason));
    const giveUp = (): void => this.#handlers.forEach((handler) => handler.giveUp(reason));
    const timers = [clock.after(FINISH_MS, abort), clock.after(FINISH_MS + GIVE_UP_MS, giveUp)];
    return {
      end() {
        for (const cancel of timers) cancel();
        abort();
        giveUp();
      },
    };
  }
}

/** The application stops: the handler is called again, for the same event, at the next start. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError';
  readonly code = 'stopping';
  readonly retryable = true;

  constructor() {
    super('The application stops. What was under way is done again at the next start.');
  }
}

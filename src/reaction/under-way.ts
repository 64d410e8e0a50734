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
 *
 * Of one record at most one run of a handler is under way. One that was given up, or whose batch
 * could not be committed, may go on for as long as it likes: who handles the record again waits for
 * it to end.
 */
export class UnderWay {
  readonly #handlers = new Set<Interruptible>();
  /** By what they are about, until they have ended; also those that nobody waits for any more. */
  readonly #runs = new Map<string, Promise<unknown>>();

  add(handler: Interruptible): void {
    this.#handlers.add(handler);
  }

  remove(handler: Interruptible): void {
    this.#handlers.delete(handler);
  }

  /** The run about the same that has not ended yet. */
  runAbout(what: string): Promise<unknown> | undefined {
    return this.#runs.get(what);
  }

  /** What all runs are about that have not ended yet: a handler's name and a record's id. */
  get runs(): readonly string[] {
    return [...this.#runs.keys()];
  }

  began(what: string, run: Promise<unknown>): void {
    this.#runs.set(what, run);
  }

  ended(what: string): void {
    this.#runs.delete(what);
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

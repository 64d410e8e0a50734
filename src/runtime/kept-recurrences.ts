import type { Clock } from '../host/clock.ts';
import type { Recurrence } from '../process/recurrence.ts';

/**
 * Keeps the times that recur as the processes that live know them, for when one has gone or come: what
 * only that one knew ends, and what it said otherwise is again as the others say. It runs where the
 * timers are.
 *
 * Nothing is done by one look alone: a process that stood still for a moment comes back, and a time
 * that it knows must not be forgotten meanwhile, as one that is set anew makes up for nothing.
 */
export class KeptRecurrences {
  readonly #options: KeptRecurrencesOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: KeptRecurrencesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { clock, everyMs, wanted, set, tell } = this.#options;
    const { signal } = this.#stopping;
    let before: string | undefined;
    let kept: string | undefined;
    for (;;) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      const recurrences = wanted();
      const now = JSON.stringify(recurrences);
      try {
        if (now === before && now !== kept) {
          await set(recurrences);
          kept = now;
        }
      } catch (error) {
        tell(error);
      }
      before = now;
    }
  }
}

export interface KeptRecurrencesOptions {
  readonly clock: Clock;
  /** It looks so often, in milliseconds. */
  readonly everyMs: number;
  /** What those know that live. */
  readonly wanted: () => readonly Recurrence[];
  readonly set: (recurrences: readonly Recurrence[]) => Promise<void>;
  /** It could not be set, and is tried again. */
  readonly tell: (error: unknown) => void;
}

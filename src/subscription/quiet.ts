import type { CancelTimer, Clock } from '../host/clock.ts';

/**
 * Tells, once, that something which moved has stood still for `quietMs`, at the latest after twice
 * that. One timer is set however often it moves, and none while it stands still.
 */
export class Quiet {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #onQuiet: () => void;
  #moves = 0;
  #cancelTimer: CancelTimer | undefined;

  constructor(clock: Clock, quietMs: number, onQuiet: () => void) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#onQuiet = onQuiet;
  }

  /** It has moved: from now on `onQuiet` is due. */
  moved(): void {
    this.#moves += 1;
    if (this.#cancelTimer === undefined) this.#watch();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #watch(): void {
    const moves = this.#moves;
    this.#cancelTimer = this.#clock.after(this.#quietMs, () => {
      this.#cancelTimer = undefined;
      if (this.#moves === moves) this.#onQuiet();
      else this.#watch();
    });
  }
}

import type { Clock } from '../host/clock.ts';

/** What the time of timers is measured with. */
export interface TimeSource {
  now(): number;
  /** Calls `then` when it may have become `time`. Answers how to take that back. */
  when(time: number, then: () => void): () => void;
}

/** A clock that was set, or a machine that slept, is noticed after this time. */
const LOOK_AT_CLOCK_MS = 10_000;

export function clockTime(clock: Clock): TimeSource {
  const lookAfterMs = clock.isSteady === true ? Number.POSITIVE_INFINITY : LOOK_AT_CLOCK_MS;
  return {
    now: () => clock.now(),
    when: (time, then) => clock.after(Math.max(0, Math.min(time - clock.now(), lookAfterMs)), then),
  };
}

/**
 * Time as the business has it. It goes with the clock; or, while what happened long ago is done
 * again, it stands where whoever does that says that everything before is done.
 */
export class BusinessTime implements TimeSource {
  readonly #clock: TimeSource;
  readonly #waiting = new Set<() => void>();
  #reached: number | undefined;
  #followed = 0;

  /** `follows`: the clock, or nothing until it is told. */
  constructor(clock: Clock, follows: 'clock' | 'watermark') {
    this.#clock = clockTime(clock);
    this.#reached = follows === 'clock' ? undefined : Number.NEGATIVE_INFINITY;
  }

  now(): number {
    return this.#reached ?? this.#clock.now();
  }

  when(time: number, then: () => void): () => void {
    const cancelClock = this.#reached === undefined ? this.#clock.when(time, then) : undefined;
    this.#waiting.add(then);
    return () => {
      cancelClock?.();
      this.#waiting.delete(then);
    };
  }

  /** Everything before this is done. Time never goes back. */
  reach(time: number): void {
    this.#reached = Math.max(this.#reached ?? Number.NEGATIVE_INFINITY, time);
    this.#tell();
  }

  /** How often it was told to go with the clock from then on. */
  get followed(): number {
    return this.#followed;
  }

  followClock(): void {
    this.#followed += 1;
    this.#reached = undefined;
    this.#tell();
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    for (const then of waiting) then();
  }
}

import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers';
import type { TestClock } from './test-clock.ts';

/** So many wake-ups are gone through for one thing that is waited for. */
const WAKE_UPS_MAX = 200_000;
/** So many come at one and the same time before it is taken for standing still. */
const AT_ONCE_MAX = 10_000;
/** Who takes one turn after another, and nothing happens meanwhile, waits for time as well. */
const TURNS_MAX = 1_000;
/** What is outside of the clock's time is looked at so often, in real time. */
const LOOK_MS = 1;
/** Taken when the file is loaded, before a runner's fake timers may take its place. */
const realNow = performance.now.bind(performance);

/**
 * Lets time go on, but only when nothing else can: whatever can go on without time comes to its
 * rest first, so that nothing is late by the clock because a machine is slow.
 *
 * What waits for something real (a store on disk, a handler that awaits the network) is waited for
 * in real time while the clock stands still, for as long as the test's patience lasts.
 */
export class TestTime {
  readonly #clock: TestClock;
  readonly #parts: TestTimeParts;

  constructor(clock: TestClock, parts: TestTimeParts) {
    this.#clock = clock;
    this.#parts = parts;
  }

  /** Resolves when nothing can go on until time does. */
  async rest(): Promise<void> {
    const outside = await this.#rest();
    if (outside.length > 0) throw new NotInTestTimeError(outside, this.#parts.patienceMs);
  }

  /** Goes on to a time, from one wake-up to the next; all that each causes comes to its rest. */
  async advanceTo(end: number): Promise<void> {
    await this.rest();
    let atOnce = 0;
    for (let at = this.#clock.nextAt; at !== undefined && at <= end; at = this.#clock.nextAt) {
      atOnce = at > this.#clock.now() ? 0 : atOnce + 1;
      if (atOnce > AT_ONCE_MAX) throw new TimeStandsStillError(at);
      this.#clock.wakeNext();
      await this.rest();
    }
    this.#clock.moveTo(end);
  }

  /** Waits for something of the application. Time goes on as far as it must for that. */
  async until<T>(called: string, work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    work.then(over, over);
    for (let wakeUps = 0; ; wakeUps += 1) {
      const outside = await this.#rest(() => isOver);
      if (isOver) return await work;
      if (outside.length > 0) throw new NotInTestTimeError(outside, this.#parts.patienceMs);
      if (wakeUps === WAKE_UPS_MAX || this.#clock.nextAt === undefined)
        throw new NotInTestTimeError([called], 0);
      this.#clock.wakeNext();
    }
  }

  /** As `until`, but what is outside is left behind: for the end. */
  async untilStopped(work: Promise<void>): Promise<void> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    work.then(over, over);
    for (let wakeUps = 0; wakeUps < WAKE_UPS_MAX; wakeUps += 1) {
      await this.#rest(() => isOver);
      if (isOver || this.#clock.nextAt === undefined) break;
      this.#clock.wakeNext();
    }
    await work;
  }

  /** Answers with what is outside of the clock's time and did not come to its end. */
  async #rest(isEnough: () => boolean = () => false): Promise<readonly string[]> {
    let since = realNow();
    let progress = this.#parts.progress();
    for (;;) {
      await this.#turns();
      const outside = this.#parts.outside();
      if (outside.length === 0 || isEnough()) return [];
      if (this.#parts.progress() !== progress) {
        progress = this.#parts.progress();
        since = realNow();
      }
      if (realNow() - since > this.#parts.patienceMs) return outside;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Node calls back when all that is ready now, and all that this made ready, is done. */
  async #turns(): Promise<void> {
    let progress = this.#parts.progress();
    for (let turns = 1; turns <= TURNS_MAX; turns += 1) {
      await this.#clock.turn();
      if (!this.#clock.hasTurns) return;
      if (this.#parts.progress() === progress) continue;
      progress = this.#parts.progress();
      turns = 0;
    }
  }
}

export interface TestTimeParts {
  /** What waits now for something that the clock does not decide, in words. */
  readonly outside: () => readonly string[];
  /** Another number whenever something has happened. */
  readonly progress: () => number;
  /** How long what is outside may take without anything that happens, in real milliseconds. */
  readonly patienceMs: number;
}

/** Something waits for what the test's clock does not decide, and takes too long. */
export class NotInTestTimeError extends Error {
  override readonly name = 'NotInTestTimeError';
  readonly code = 'not-in-test-time';
  readonly retryable = false;
  readonly waiting: readonly string[];

  constructor(waiting: readonly string[], patienceMs: number) {
    const after = patienceMs === 0 ? '' : `, after ${patienceMs} ms of real time`;
    super(
      `Still waiting${after}, for something that the test's clock does not decide:\n` +
        `${waiting.map((line) => `- ${line}`).join('\n')}\n` +
        `A real timer, the network or a promise that never ends is in there. Wait with ` +
        `"app.sleep", and give stand-ins for what is outside as "dependencies"; "patience" of ` +
        `testApplication says how long such things may take.`,
    );
    this.waiting = waiting;
  }
}

/** Something calls itself again and again at one and the same time. */
export class TimeStandsStillError extends Error {
  override readonly name = 'TimeStandsStillError';
  readonly code = 'time-stands-still';
  readonly retryable = false;
  readonly at: string;

  constructor(at: number) {
    const time = new Date(at).toISOString();
    super(
      `${AT_ONCE_MAX} wake-ups came at ${time}, and there is still one due: time does not go on. ` +
        `Look for a timer that sets itself again without a delay.`,
    );
    this.at = time;
  }
}

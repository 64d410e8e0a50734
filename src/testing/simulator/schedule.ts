import type { Chance } from './chance.ts';
import type { History } from './history.ts';

/** Who waits: once it is gone, nothing that it waited for is told to it. */
export interface Waiter {
  readonly isGone: boolean;
}

/** Steps of a run, at most: whatever needs more goes in a circle. */
const STEPS_MAX = 3_000_000;
/** After so many steps the machine's own event loop has a turn. */
const STEPS_IN_A_ROW = 1_000;

/**
 * Who goes on next, and what time it is. Everything that waits in a simulation waits here: one of
 * those that are ready is chosen by chance, and goes on until all that it set off waits again. When
 * none is ready, time jumps to the next one that is due.
 *
 * A step ends when no microtask is left: the next one is begun by `process.nextTick` out of a
 * microtask, which runs as soon as that is so. It costs a tenth of a `setImmediate`.
 */
export class Schedule {
  readonly #chance: Chance;
  readonly #history: History;
  readonly #timers = new Timers();
  readonly #areRoundsWhole: boolean;
  #ready: Entry[] = [];
  #nextRound: Entry[] = [];
  #nowMs = 0;
  #steps = 0;
  /** How often somebody began to wait. */
  #moved = 0;
  #standing = 0;
  #isKicked = false;
  #limitMs = Infinity;
  #end: PromiseWithResolvers<void> | undefined;
  /**
   * Asked when nothing is ready, and now and then: whether somebody goes on although everything
   * stands still. Answers with what is wrong then.
   */
  onStandstill: ((hasMoved: () => boolean) => Promise<Error | undefined> | undefined) | undefined;

  constructor(chance: Chance, history: History) {
    this.#chance = chance;
    this.#history = history;
    this.#areRoundsWhole = chance.of('rounds').happens(0.7);
  }

  /** Milliseconds of virtual time since the beginning. */
  get nowMs(): number {
    return this.#nowMs;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Waits for a turn: others that are ready may go first. */
  turn(waiter: Waiter): Promise<void> {
    this.#moved += 1;
    return new Promise((resolve) => {
      this.#ready.push({ waiter, resume: resolve, dueMs: 0, order: 0 });
    });
  }

  /** Waits until all that are ready now had their turn; in some runs only for a turn. */
  round(waiter: Waiter): Promise<void> {
    if (!this.#areRoundsWhole) return this.turn(waiter);
    this.#moved += 1;
    return new Promise((resolve) => {
      this.#nextRound.push({ waiter, resume: resolve, dueMs: 0, order: 0 });
    });
  }

  /** Waits for so long, and then for a turn. */
  sleep(waiter: Waiter, delayMs: number): Promise<void> {
    this.#moved += 1;
    return new Promise((resolve) => {
      this.#timers.add({ waiter, resume: resolve, dueMs: this.#nowMs + delayMs, order: 0 });
    });
  }

  /** Calls `then` after so long, unless cancelled. */
  after(waiter: Waiter, delayMs: number, then: () => void): () => void {
    let isCancelled = false;
    const cancellable: Waiter = {
      get isGone() {
        return isCancelled || waiter.isGone;
      },
    };
    // By a promise, so that it is called in the asynchronous context in which it was asked for.
    void this.sleep(cancellable, Math.max(0, delayMs)).then(() => {
      if (!isCancelled) then();
    });
    return () => void (isCancelled = true);
  }

  /** Nothing goes on while `work`, which takes real time, is done. */
  async standStill<T>(work: () => T | Promise<T>): Promise<T> {
    this.#standing += 1;
    try {
      return await work();
    } finally {
      this.#standing -= 1;
      this.#kick();
    }
  }

  /** Nothing may go on later than this. */
  limit(nowMs: number): void {
    this.#limitMs = nowMs;
  }

  /** Runs until `work` has ended, or `fail` was called. */
  async run(work: () => Promise<void>): Promise<void> {
    const end = Promise.withResolvers<void>();
    this.#end = end;
    work().then(end.resolve, end.reject);
    this.#kick();
    try {
      await end.promise;
    } finally {
      this.#end = undefined;
      this.#ready = [];
      this.#nextRound = [];
      this.#timers.clear();
    }
  }

  /** Ends the run at once. */
  fail(error: unknown): void {
    this.#end?.reject(error);
    this.#end = undefined;
  }

  #kick(): void {
    if (this.#isKicked) return;
    this.#isKicked = true;
    if (this.#steps % STEPS_IN_A_ROW === STEPS_IN_A_ROW - 1) realImmediate(this.#soon);
    else this.#soon();
  }

  readonly #soon = (): void => void ready.then(this.#later);
  readonly #later = (): void => process.nextTick(this.#step);

  readonly #step = (): void => {
    this.#isKicked = false;
    if (this.#end === undefined || this.#standing > 0) return;
    if (this.#isAtRest || this.#steps % STEPS_IN_A_ROW === 0) {
      const before = this.#moved;
      const looking = this.onStandstill?.(() => this.#moved > before);
      if (looking !== undefined) return void this.#afterLooking(looking);
    }
    this.#go();
  };

  async #afterLooking(looking: Promise<Error | undefined>): Promise<void> {
    this.#standing += 1;
    const found = await looking;
    this.#standing -= 1;
    if (found === undefined) this.#go();
    else this.fail(found);
  }

  #go(): void {
    const entry = this.#next();
    if (entry === undefined) return this.fail(new StandstillError(this.#nowMs));
    this.#steps += 1;
    if (this.#steps > STEPS_MAX) return this.fail(new TooManyStepsError(this.#nowMs));
    if (this.#nowMs > this.#limitMs) return this.fail(new TooLateError(this.#limitMs));
    entry.resume();
    this.#kick();
  }

  get #isAtRest(): boolean {
    return this.#ready.length === 0 && this.#nextRound.length === 0;
  }

  #next(): Entry | undefined {
    for (;;) {
      this.#timers.due(this.#nowMs, this.#ready);
      while (this.#ready.length > 0) {
        const count = this.#ready.length;
        const index = count === 1 ? 0 : this.#chance.below(count);
        const entry = this.#ready[index] as Entry;
        const last = this.#ready.pop() as Entry;
        if (index < count - 1) this.#ready[index] = last;
        if (entry.waiter.isGone) continue;
        this.#history.decided(index, count, this.#nowMs);
        return entry;
      }
      if (this.#nextRound.length > 0) {
        [this.#ready, this.#nextRound] = [this.#nextRound, this.#ready];
        continue;
      }
      const next = this.#timers.nextMs();
      if (next === undefined) return undefined;
      this.#nowMs = Math.max(this.#nowMs, next);
    }
  }
}

const ready = Promise.resolve();
const realImmediate = setImmediate;

interface Entry {
  readonly waiter: Waiter;
  readonly resume: () => void;
  readonly dueMs: number;
  /** Of those that are due at the same time, who asked first. */
  order: number;
}

/** What is due later: a binary heap by (due, order). */
class Timers {
  #heap: Entry[] = [];
  #count = 0;

  add(entry: Entry): void {
    entry.order = this.#count;
    this.#count += 1;
    const heap = this.#heap;
    heap.push(entry);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  /** When the next one is due that somebody still waits for. */
  nextMs(): number | undefined {
    while (this.#heap[0]?.waiter.isGone === true) this.#take();
    return this.#heap[0]?.dueMs;
  }

  /** Moves those that are due. */
  due(nowMs: number, to: Entry[]): void {
    while (this.#heap.length > 0 && (this.#heap[0] as Entry).dueMs <= nowMs) to.push(this.#take());
  }

  clear(): void {
    this.#heap = [];
  }

  #take(): Entry {
    const heap = this.#heap;
    const first = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, entry)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = entry;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}

/** Nothing is ready and nothing is due, but not everything is done. */
export class StandstillError extends Error {
  override readonly name = 'StandstillError';
  readonly code = 'simulation-standstill';
  readonly retryable = false;

  constructor(nowMs: number) {
    super(
      `After ${nowMs} ms of virtual time nothing moves any more, and not everything is done. ` +
        `Something waits for what nobody will do: look at the end of the timeline.`,
    );
  }
}

/** More steps were made than any run should need. */
export class TooManyStepsError extends Error {
  override readonly name = 'TooManyStepsError';
  readonly code = 'simulation-too-many-steps';
  readonly retryable = false;

  constructor(nowMs: number) {
    super(
      `${STEPS_MAX} steps were made by ${nowMs} ms of virtual time: something is done over and ` +
        `over. Look at the end of the timeline.`,
    );
  }
}

/** Not everything was done within the bound of virtual time. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
  readonly code = 'simulation-too-late';
  readonly retryable = false;

  constructor(limitMs: number) {
    super(
      `Faults have stopped, and still not everything was done by ${limitMs} ms of virtual time. ` +
        `Look at what is repeated at the end of the timeline.`,
    );
  }
}

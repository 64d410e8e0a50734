import { StoppedError } from './stopped.ts';

/** So many calls of one context are under way at a time, unless `run` was given another number. */
export const CALLS_UNDER_WAY_MAX = 1_000;
/** So many more wait for their turn. */
export const CALLS_WAITING_MAX = 100_000;

/** A call from outside, as those need to know it who let it wait. */
export interface Call<T> {
  /** What was called, for messages: `app.handle`. */
  readonly called: string;
  /** Ends its wait for its turn. */
  readonly signal: AbortSignal | undefined;
  readonly work: () => Promise<T>;
}

/**
 * Bounds the calls of one context that are under way, so that whoever calls without awaiting does
 * not fill the memory with commands half decided. What is over the bound waits in the order in
 * which it came, and holds little more than what it was called with: a burst is worked off as fast
 * as the disk can, and its caller has nothing to do again. Only where even the waiting is no end,
 * a call is refused at once (`TooManyCallsError`).
 */
export class CallsUnderWay {
  readonly #context: string;
  readonly #max: number;
  readonly #underWay = new Set<Promise<unknown>>();
  /** By the number in which they came. A number that is missing has been given up. */
  readonly #waiting = new Map<number, Waiting>();
  #first = 0;
  #next = 0;

  constructor(context: string, max: number = CALLS_UNDER_WAY_MAX) {
    this.#context = context;
    this.#max = max;
  }

  /**
   * Does the work of a call, at once or when its turn has come.
   *
   * @throws {TooManyCallsError} when too many wait already.
   * @throws {CallAbortedError} when its signal aborts before it has begun.
   * @throws {StoppedError} when the application is stopped before it has begun.
   */
  run<T>(call: Call<T>): Promise<T> {
    if (call.signal?.aborted === true)
      return Promise.reject(new CallAbortedError(call.called, call.signal.reason));
    if (this.#underWay.size < this.#max) return this.#begin(call.work);
    if (this.#waiting.size < CALLS_WAITING_MAX) return this.#wait(call);
    const { size } = this.#waiting;
    return Promise.reject(new TooManyCallsError(this.#context, this.#underWay.size, size));
  }

  /** Nothing that waits begins any more. Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    for (const { call, end } of this.#waiting.values()) end(new StoppedError(call.called));
    await Promise.allSettled(this.#underWay);
  }

  #begin<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#underWay.add(running);
    const end = (): void => {
      this.#underWay.delete(running);
      this.#passOn();
    };
    running.then(end, end);
    return running;
  }

  #wait<T>(call: Call<T>): Promise<T> {
    const number = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const end = (error: Error): void => {
        this.#waiting.delete(number);
        reject(error);
      };
      const begin = (): void => {
        this.#waiting.delete(number);
        resolve(this.#begin(call.work));
      };
      const waiting = { call, begin, end };
      this.#waiting.set(number, call.signal === undefined ? waiting : untilAborted(waiting));
    });
  }

  /** One is over: its place goes to the one that has waited longest. */
  #passOn(): void {
    for (; this.#first < this.#next; this.#first += 1) {
      const waiting = this.#waiting.get(this.#first);
      if (waiting !== undefined) return waiting.begin();
    }
  }
}

interface Waiting {
  readonly call: Call<unknown>;
  readonly begin: () => void;
  readonly end: (error: Error) => void;
}

/** The same, until the signal of its call aborts. */
function untilAborted({ call, begin, end }: Waiting): Waiting {
  const { called, signal } = call;
  const abort = (): void => end(new CallAbortedError(called, signal?.reason));
  const without = <Given extends unknown[]>(then: (...given: Given) => void) => {
    return (...given: Given): void => {
      signal?.removeEventListener('abort', abort);
      then(...given);
    };
  };
  signal?.addEventListener('abort', abort, { once: true });
  return { call, begin: without(begin), end: without(end) };
}

/** So many calls of a context wait that one more was not taken. */
export class TooManyCallsError extends Error {
  override readonly name = 'TooManyCallsError';
  readonly code = 'too-many-calls';
  readonly retryable = true;
  readonly context: string;
  readonly underWay: number;
  readonly waiting: number;

  constructor(context: string, underWay: number, waiting: number) {
    super(
      `${underWay} calls of "${context}" are under way and ${waiting} wait, one more was not ` +
        `taken: nothing was done. Await calls before you make more, and ask again in a moment.`,
    );
    this.context = context;
    this.underWay = underWay;
    this.waiting = waiting;
  }
}

/** The signal of a call aborted while it waited for its turn. Nothing was done. */
export class CallAbortedError extends Error {
  override readonly name = 'CallAbortedError';
  readonly code = 'call-aborted';
  readonly retryable = true;

  constructor(called: string, reason: unknown) {
    super(
      `${called} was given up by its signal before its turn had come: nothing was done. Ask again ` +
        `if it is still wanted.`,
      { cause: reason },
    );
  }
}

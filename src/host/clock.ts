/**
 * Time, passed in. Everything that waits or asks what time it is goes through a `Clock`, so that a
 * test or a simulation decides what time it is.
 */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. May jump. */
  now(): number;
  /** Monotonic milliseconds since some start. Never goes back. */
  elapsedMs(): number;
  /** Resolves after `delayMs`, or as soon as `signal` aborts: the caller looks at the signal. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls `then` after `delayMs` unless cancelled. Never keeps the process alive: see `stayAlive`. */
  after(delayMs: number, then: () => void): CancelTimer;
  /** Whether it goes on only as those who wait are called: nobody sets it, no machine sleeps. */
  readonly isSteady?: boolean;
  /** Resolves once everything that is ready now has had its turn. */
  turn(): Promise<void>;
}

export type CancelTimer = () => void;

/** The machine's own clock. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
    sleep,
    after,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** A timer of Node cannot be set further away than this, and would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

function after(delayMs: number, then: () => void): CancelTimer {
  let left = delayMs;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const part = Math.min(left, TIMER_MS_MAX);
    left -= part;
    timer = setTimeout(left > 0 ? wait : then, part);
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}

function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(delayMs, TIMER_MS_MAX));
    signal?.addEventListener('abort', done, { once: true });
  });
}

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
  /** Calls `then` after `delayMs` unless cancelled. Never keeps the process alive. */
  after(delayMs: number, then: () => void): CancelTimer;
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
    after(delayMs, then) {
      const timer = setTimeout(then, delayMs);
      timer.unref();
      return () => clearTimeout(timer);
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener('abort', done, { once: true });
  });
}

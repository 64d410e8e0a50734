/** A clock that stands still until it is moved, so that three days of a story take no time. */
import type { RunOptions } from 'thereupon';

type Clock = NonNullable<NonNullable<RunOptions['host']>['clock']>;

export interface HandClock extends Clock {
  /** Goes to a time, and calls what is due by then. */
  moveTo(time: number): void;
}

export function handClock(start: number): HandClock {
  let now = start;
  const waiting = new Set<{ readonly at: number; readonly call: () => void }>();
  const after: Clock['after'] = (delayMs, call) => {
    const one = { at: now + delayMs, call };
    waiting.add(one);
    return () => waiting.delete(one);
  };
  return {
    now: () => now,
    elapsedMs: () => now - start,
    after,
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        const cancel = after(delayMs, resolve);
        signal?.addEventListener('abort', () => (cancel(), resolve()), { once: true });
      }),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    moveTo(time) {
      now = Math.max(now, time);
      for (const one of [...waiting].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
        waiting.delete(one);
        one.call();
      }
    },
  };
}

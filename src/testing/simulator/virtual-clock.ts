import type { Clock } from '../../host/clock.ts';
import type { Schedule, Waiter } from './schedule.ts';

/** When a simulation begins, by the calendar. */
export const BEGIN_MS = Date.UTC(2026, 0, 5, 9);

/** A clock on virtual time. `offMs`: how far its wall clock is off; its monotonic one never is. */
export function virtualClock(
  schedule: Schedule,
  waiter: Waiter,
  wall: { readonly offMs: () => number; readonly sleeps?: () => void } = { offMs: () => 0 },
): Clock {
  return {
    now: () => BEGIN_MS + Math.floor(schedule.nowMs) + wall.offMs(),
    elapsedMs: () => schedule.nowMs,
    async sleep(delayMs, signal) {
      if (signal?.aborted === true) return;
      wall.sleeps?.();
      let wake = (): void => undefined;
      const aborted = new Promise<void>((resolve) => (wake = resolve));
      signal?.addEventListener('abort', wake, { once: true });
      const cancel = schedule.after(waiter, delayMs, wake);
      await aborted;
      cancel();
      signal?.removeEventListener('abort', wake);
      if (waiter.isGone) await new Promise(() => undefined);
    },
    after: (delayMs, then) => schedule.after(waiter, delayMs, then),
    turn: () => schedule.round(waiter),
  };
}

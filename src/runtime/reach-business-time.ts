import type { BusinessTime } from '../process/time-source.ts';
import type { RunningContext } from './running-context.ts';

/**
 * Moves business time on to `time`, from timer to timer: what one causes has settled before the
 * next one fires, in whichever context it is, as it would have been at the time.
 */
export async function reachBusinessTime(
  contexts: readonly RunningContext[],
  businessTime: BusinessTime,
  time: number,
  settled: () => Promise<unknown>,
): Promise<void> {
  const { followed } = businessTime;
  for (;;) {
    await settled();
    // It goes with the clock meanwhile, and must not be left standing still.
    if (businessTime.followed !== followed) return;
    const next = nextDue(contexts);
    if (next === undefined || next > time) break;
    businessTime.reach(next);
  }
  businessTime.reach(time);
}

function nextDue(contexts: readonly RunningContext[]): number | undefined {
  const dues = contexts.flatMap(({ timers }) => timers?.byBusinessTime.nextDue ?? []);
  return dues.length === 0 ? undefined : Math.min(...dues);
}

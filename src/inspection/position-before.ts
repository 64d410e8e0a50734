import type { LogReader } from '../log/log.ts';

/** The last position before all that was recorded from this time on, as far as the clocks went forward. */
export async function positionBefore(log: LogReader, time: number): Promise<number> {
  let low = 0;
  let high = await log.head();
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [next] = await log.read({ after: middle, limit: 1 });
    if (next === undefined || next.recordedAt >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

import { countText, spanText } from '../../parts/times.tsx';
import type { Backlog } from './standing.ts';

/** `124 behind · 2 min 5 s`. */
export function behindText({
  behind,
  isMore,
  oldestAgeMs,
}: Pick<Backlog, 'behind' | 'isMore' | 'oldestAgeMs'>): string {
  const count = `${countText(behind)}${isMore ? '+' : ''} behind`;
  return oldestAgeMs === null || oldestAgeMs < 1_000
    ? count
    : `${count} · ${spanText(oldestAgeMs)}`;
}

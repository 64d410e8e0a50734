import type { WaitingRow } from '../log/waiting-row.ts';
import { dealtOf } from './dealt-notice.ts';
import type { RunningContext } from './running-context.ts';

/**
 * Has what was dealt to slots that are handled in this process taken up. False: some is left, for
 * others, or for what is not begun here yet.
 */
export async function takeUpDealt(
  running: RunningContext,
  notices: readonly WaitingRow[],
): Promise<boolean> {
  let isAllDone = true;
  for (const [name, some] of Map.groupBy(notices, dealtOf)) {
    if (!running.hasPart(name) && !running.isKnownElsewhere(name)) {
      // Nobody is left to hear of it; whoever brings it back reads what waits when it begins.
      await running.committer.commit({ done: some });
      continue;
    }
    let left = some.length;
    for (const subscription of running.subscriptions) {
      const own = some.filter(({ slot }) => subscription.name === name && subscription.isOf(slot));
      if (own.length > 0) await subscription.takeUpDealt(own);
      left -= own.length;
    }
    if (left > 0) isAllDone = false;
  }
  return isAllDone;
}

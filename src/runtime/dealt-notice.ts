import type { WaitingRow } from '../log/waiting-row.ts';
import { REQUESTS } from './request.ts';
import type { RunningContext } from './running-context.ts';

/** So the keys of notices begin: they stand between what persons ask for and imports. */
const DEALT = 'dealt ';

/**
 * Tells whoever handles a slot that rows of a subscription were dealt to it. It is committed with these
 * rows, so that nobody has to survive for it to be heard; one for each slot, however often it is told.
 */
export function dealtNotice(subscription: string, slot: number, at: number): WaitingRow {
  const recordId = String(slot);
  return {
    subscription: REQUESTS,
    key: `${DEALT}${subscription}`,
    recordId,
    kind: 'request',
    position: 0,
    slot,
    due: at,
    attempts: 0,
    error: null,
    correlationId: recordId,
    since: at,
    payload: JSON.stringify({ action: 'take-up', subscription }),
  };
}

/** Whether a row among the requests is such a notice. */
export function isDealtNotice({ key }: WaitingRow): boolean {
  return key.startsWith(DEALT);
}

/**
 * Has what was dealt to slots that are handled in this process taken up. Answers whether all notices
 * have ended that are of this process's, as far as it knows; the others are left to those that they
 * are for.
 */
export async function takeUpDealt(
  running: RunningContext,
  notices: readonly WaitingRow[],
): Promise<boolean> {
  let isAllDone = true;
  for (const [name, some] of Map.groupBy(notices, nameOf)) {
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

function nameOf({ key }: WaitingRow): string {
  return key.slice(DEALT.length);
}

import type { StoredRecord } from '../log/record.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { slotOf } from '../subscription/slot.ts';
import { type Counted, NONE, countWanted } from './count-wanted.ts';
import { type ListedSubscription, keysOfRecord } from './listed-subscriptions.ts';
import type { OpenLog } from './open-logs.ts';

/** How far behind a subscription is, all of it and each range of its slots. */
export interface SubscriptionBehind {
  readonly position: number;
  readonly behind: Counted;
  readonly byRange: readonly { readonly checkpoint: Checkpoint; readonly behind: number }[];
}

/** How far behind a subscription with these checkpoints is. There is at least one. */
export async function subscriptionBehind(
  open: OpenLog,
  listed: ListedSubscription,
  checkpoints: readonly Checkpoint[],
): Promise<SubscriptionBehind> {
  const position = Math.min(...checkpoints.map((checkpoint) => checkpoint.position));
  const counts = new Map(checkpoints.map((checkpoint) => [checkpoint, 0]));
  const wants = (record: StoredRecord): boolean => {
    if (!listed.interest.wants(record)) return false;
    const waiting = waitingFor(open, listed, checkpoints, record);
    for (const checkpoint of waiting) counts.set(checkpoint, (counts.get(checkpoint) ?? 0) + 1);
    return waiting.length > 0;
  };
  const head = await open.log.head();
  const behind =
    position >= head
      ? NONE
      : await countWanted(open.log, { ...listed.interest, wants }, { after: position });
  const byRange = [...counts].map(([checkpoint, count]) => ({ checkpoint, behind: count }));
  return { position, behind, byRange };
}

/** The ranges that a record is still to be handled in. */
function waitingFor(
  { vocabulary }: OpenLog,
  listed: ListedSubscription,
  checkpoints: readonly Checkpoint[],
  record: StoredRecord,
): readonly Checkpoint[] {
  // Where there is one range the keys need not be told, which takes longer than all else.
  if (checkpoints.length === 1) return checkpoints;
  const slots = keysOfRecord(vocabulary, listed, record).map(slotOf);
  return checkpoints.filter(
    ({ firstSlot, lastSlot, position }) =>
      position < record.position && slots.some((slot) => slot >= firstSlot && slot <= lastSlot),
  );
}

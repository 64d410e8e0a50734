import type { Vocabulary } from '../context/vocabulary.ts';
import type { LogReader } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Checkpoint } from '../log/write-set.ts';
import { Entry } from '../subscription/entry.ts';
import { slotOf } from '../subscription/slot.ts';
import type { TailReader } from '../subscription/tail-reader.ts';
import type { SubscriptionPart } from './subscription-part.ts';

/** A context of which other processes may do a part. */
export interface SharedContext {
  readonly log: LogReader;
  readonly tail: Pick<TailReader, 'head' | 'since'>;
  readonly subscriptionParts: readonly SubscriptionPart[];
}

/**
 * Whether other processes have done all that there was to do for the slots that are theirs: no
 * record is left behind their checkpoints, and nothing is tried again. What waits for a person is
 * not left to do.
 */
export async function isDoneElsewhere(context: SharedContext): Promise<boolean> {
  const { log, tail, subscriptionParts } = context;
  const parts = subscriptionParts.filter(({ isAllHere }) => !isAllHere);
  if (parts.length === 0) return true;
  // In this order: what a checkpoint has passed had its consequences in the log before.
  const ranges = await log.checkpoints();
  const names = new Set(parts.map(({ name }) => name));
  for (const { subscription, kind } of await log.waitingCounts())
    if (names.has(subscription) && (kind === 'retry' || kind === 'effect')) return false;
  if (tail.head < (await log.head())) return false;
  return parts.every((part) =>
    ranges
      .filter(({ subscription }) => subscription === part.name)
      .every((range) => hasNothingBehind(range, part, tail)),
  );
}

/**
 * Whether other processes have handled these records, as far as they are theirs to handle: `ranges`
 * are the checkpoints as they stood before the records were asked for.
 */
export function areHandledElsewhere(
  { subscriptionParts, workplace }: Pick<SharedContext, 'subscriptionParts'> & Decoding,
  ranges: readonly Checkpoint[],
  records: readonly StoredRecord[],
): boolean {
  const entries = records.map((stored) => new Entry(workplace.vocabulary, stored));
  return subscriptionParts.every((part) =>
    ranges
      .filter(({ subscription }) => subscription === part.name)
      .every((range) => {
        const behind = entries.filter(({ position }) => position > range.position);
        return !behind.some((entry) => isToBeHandled(entry, range, part));
      }),
  );
}

interface Decoding {
  readonly workplace: { readonly vocabulary: Vocabulary };
}

function hasNothingBehind(
  range: Checkpoint,
  part: SubscriptionPart,
  tail: SharedContext['tail'],
): boolean {
  const entries = tail.since(range.position);
  return entries?.some((entry) => isToBeHandled(entry, range, part)) === false;
}

function isToBeHandled(entry: Entry, range: Checkpoint, part: SubscriptionPart): boolean {
  return part.definition.interest.wants(entry.stored) && isOfRange(entry, range, part);
}

function isOfRange(
  entry: Entry,
  { firstSlot, lastSlot }: Checkpoint,
  part: SubscriptionPart,
): boolean {
  let keys: readonly string[];
  try {
    keys = part.definition.keysOf(entry.event, entry.stored);
  } catch {
    // Whoever handles it parks it then; until that is done it may be of any range.
    return true;
  }
  return keys.some((key) => {
    const slot = slotOf(key);
    return slot >= firstSlot && slot <= lastSlot && part.ownerOf(key) === undefined;
  });
}

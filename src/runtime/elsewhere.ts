import type { LogReader } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Clock } from '../host/clock.ts';
import { slotOf } from '../subscription/slot.ts';
import type { SubscriptionDefinition } from '../subscription/subscription-definition.ts';
import type { TailReader } from '../subscription/tail-reader.ts';
import { lookUntil } from './look-until.ts';

/** So many waiting rows of a key are looked at. */
const ROWS_MAX = 1_000;

/** What is waited for. */
export interface Wanted {
  readonly position: number;
  /** Undefined: of all keys. */
  readonly key: string | undefined;
  readonly signal: AbortSignal;
}

/** Whose work is waited for. */
export interface ElsewhereParts {
  readonly log: LogReader;
  readonly tail: Pick<TailReader, 'head' | 'since'>;
  readonly clock: Clock;
  readonly definition: SubscriptionDefinition;
}

/**
 * Waits until another process has come as far as is wanted with what it handles. Its checkpoint
 * says so; where that does not move because nothing came that it would handle, the records between
 * say so. Answers with the row that keeps it back when that waits for a person, and whether it came
 * there in time.
 */
export async function reachElsewhere(
  parts: ElsewhereParts,
  wanted: Wanted,
): Promise<ReachedElsewhere> {
  const look = async (): Promise<ReachedElsewhere | undefined> => {
    // In this order: what fails becomes a row in the commit in which the checkpoint passes it.
    const isPassed = await hasPassed(parts, wanted);
    const rows = await waitingRows(parts, wanted);
    const parked = rows.find(({ kind }) => kind === 'parked');
    if (parked !== undefined) return { isThere: false, parked };
    return isPassed && rows.length === 0 ? { isThere: true } : undefined;
  };
  return (await lookUntil(look, { ...parts, signal: wanted.signal })) ?? { isThere: false };
}

interface ReachedElsewhere {
  readonly isThere: boolean;
  readonly parked?: WaitingRow;
}

async function waitingRows(
  { log, definition: { name: subscription } }: ElsewhereParts,
  { position, key }: Wanted,
): Promise<readonly WaitingRow[]> {
  const ofKey = key === undefined ? {} : { key };
  const rows = await log.waiting({ subscription, ...ofKey, limit: ROWS_MAX });
  return rows.filter((row) => row.position <= position);
}

async function hasPassed(parts: ElsewhereParts, wanted: Wanted): Promise<boolean> {
  const { log, definition } = parts;
  const slot = wanted.key === undefined ? undefined : slotOf(wanted.key);
  const ranges = (await log.checkpoints()).filter(
    ({ subscription, firstSlot, lastSlot }) =>
      subscription === definition.name &&
      (slot === undefined || (slot >= firstSlot && slot <= lastSlot)),
  );
  return ranges.every((range) => hasNothingBetween(parts, range.position, wanted));
}

/** Nothing of interest lies behind a checkpoint, up to what is wanted. */
function hasNothingBetween(
  { tail, definition: { interest, keysOf } }: ElsewhereParts,
  checkpoint: number,
  { position, key }: Wanted,
): boolean {
  if (checkpoint >= position) return true;
  const entries = tail.head < position ? undefined : tail.since(checkpoint);
  if (entries === undefined) return false;
  return !entries.some((entry) => {
    if (entry.position > position || !interest.wants(entry.stored)) return false;
    return key === undefined || keysOf(entry.event, entry.stored).includes(key);
  });
}

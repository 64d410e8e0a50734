import type { Claim } from './log.ts';
import type { Checkpoint } from './write-set.ts';

/** What a claim makes of a subscription's checkpoints. */
export interface Claimed {
  /** The ranges that are the claimer's from now on, ascending. */
  readonly claimed: readonly Checkpoint[];
  /** To be written: the claimed ones, and what is left of ranges that they were cut out of. */
  readonly written: readonly Checkpoint[];
  /** To be removed: those that went into others. */
  readonly removed: readonly Checkpoint[];
}

/**
 * Takes slots over: what a store does with the checkpoints of a subscription when some of its slots
 * are claimed. They always cover all slots.
 *
 * - A new subscription begins as one range at the claim's position.
 * - A range that is claimed in part is split; both parts stand where it stood.
 * - Claimed ranges that follow each other and stand at one position become one.
 * - The epoch of every range that is claimed or split goes up, so that whoever held any of its slots
 *   before is fenced; along the slots epochs never fall, whatever was split and merged between.
 * - Another fingerprint means that keys may go to other slots. That is only right where all ranges
 *   stand at one position; then all of them change at once, and all who held them are fenced.
 *
 * @throws {RangesApartError} when the fingerprint is another one and they do not.
 */
export function claimSlots(existing: readonly Checkpoint[], claim: Claim): Claimed {
  const before = existing.length === 0 ? [beginning(claim)] : existing;
  const isDealtAnew = before.some(({ fingerprint }) => fingerprint !== claim.fingerprint);
  if (isDealtAnew) assertTogether(before, claim);
  const { fingerprint, owner } = claim;
  const parts = before.flatMap((range) => splitAt(range, claim.firstSlot, claim.lastSlot));
  const inside = parts.filter((range) => isInside(range, claim));
  const claimed = merged(inside).map((range) => ({
    ...range,
    owner,
    fingerprint,
    epoch: range.epoch + 1,
  }));
  const outside = parts
    .filter((range) => !isInside(range, claim))
    .map((range) => (isDealtAnew ? { ...range, fingerprint, epoch: range.epoch + 1 } : range));
  const written = [...claimed, ...outside.filter((range) => !before.includes(range))];
  const kept = new Set([...claimed, ...outside].map(({ firstSlot }) => firstSlot));
  return { claimed, written, removed: existing.filter(({ firstSlot }) => !kept.has(firstSlot)) };
}

/** The slots that there are: see `slotOf`. */
const LAST_SLOT = 255;

function beginning({ subscription, position, fingerprint }: Claim): Checkpoint {
  const range = { subscription, firstSlot: 0, lastSlot: LAST_SLOT };
  return { ...range, position, epoch: 0, owner: '', fingerprint };
}

/** The parts of a range before, within and behind some slots; the range itself when it is one. */
function splitAt(range: Checkpoint, firstSlot: number, lastSlot: number): readonly Checkpoint[] {
  const cuts = [firstSlot, lastSlot + 1].filter(
    (slot) => slot > range.firstSlot && slot <= range.lastSlot,
  );
  if (cuts.length === 0) return [range];
  const firsts = [range.firstSlot, ...cuts];
  return firsts.map((first, index) => ({
    ...range,
    firstSlot: first,
    lastSlot: (firsts[index + 1] ?? range.lastSlot + 1) - 1,
    epoch: range.epoch + 1,
  }));
}

function isInside(range: Checkpoint, claim: Claim): boolean {
  return range.firstSlot >= claim.firstSlot && range.lastSlot <= claim.lastSlot;
}

function merged(ranges: readonly Checkpoint[]): readonly Checkpoint[] {
  const result: Checkpoint[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    const follows = last?.lastSlot === range.firstSlot - 1 && last.position === range.position;
    if (last === undefined || !follows) result.push(range);
    else {
      const epoch = Math.max(last.epoch, range.epoch);
      result[result.length - 1] = { ...last, lastSlot: range.lastSlot, epoch };
    }
  }
  return result;
}

function assertTogether(ranges: readonly Checkpoint[], { subscription }: Claim): void {
  const positions = new Set(ranges.map(({ position }) => position));
  if (positions.size > 1) throw new RangesApartError(subscription, [...positions]);
}

/** The keys of a subscription are dealt otherwise, and its ranges do not stand at one position. */
export class RangesApartError extends Error {
  override readonly name = 'RangesApartError';
  readonly code = 'ranges-apart';
  readonly retryable = true;
  readonly subscription: string;
  readonly positions: readonly number[];

  constructor(subscription: string, positions: readonly number[]) {
    super(
      `The "by" of "${subscription}" has changed, and the ranges that were dealt by the one before ` +
        `stand at different positions (${positions.join(', ')}). Processes of the release before go on ` +
        'until all stand at one, and then this one takes over. If none of them runs any more, start ' +
        'one, and when it runs start this one anew.',
    );
    this.subscription = subscription;
    this.positions = positions;
  }
}

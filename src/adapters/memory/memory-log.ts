import { claimSlots } from '../../log/claim-slots.ts';
import type { Claim, Log } from '../../log/log.ts';
import type { Checkpoint, Outcome, WriteSet } from '../../log/write-set.ts';
import { type MemoryContents, rangeOf } from './memory-contents.ts';
import type { MemoryHandle } from './memory-handle.ts';
import { memoryReader } from './memory-reader.ts';
import { MemoryTransactions } from './memory-transaction.ts';
import { applyWriteSet, isHeld } from './memory-write-set.ts';

const WRITE_SETS_MAX = 10_000;

/** The log of a context for its one owner. */
export function memoryLog(handle: MemoryHandle): Log {
  const transactions = new MemoryTransactions(handle);
  return {
    ...memoryReader(handle),
    // Again, because the spread takes it as it is now; an owner's epoch does not change any more.
    epoch: handle.contents.epoch,
    commit: (writeSets) => handle.change(() => commit(handle, writeSets)),
    transaction: (work) => transactions.run(work),
    claim: (claim) =>
      handle.change((contents) => {
        handle.assertOwner();
        return claimRange(contents, claim);
      }),
    defineModel: (model) => handle.change(({ documents }) => documents.define(model)),
    dropModel: (model, subscription) =>
      handle.change(({ documents, checkpoints }) => {
        documents.drop(model);
        for (const [range, checkpoint] of checkpoints) {
          if (checkpoint.subscription === subscription) checkpoints.delete(range);
        }
      }),
    replaceModel: ({ from, to, fences = [] }) =>
      handle.change((contents) => {
        if (!fences.every((fence) => isHeld(contents, fence))) return false;
        contents.documents.replace({ from, to });
        return true;
      }),
    forget: (before) =>
      handle.change(({ received, commands }) => {
        received.forget(before);
        for (const [id, { at }] of commands) if (at < before) commands.delete(id);
      }),
  };
}

/** A write set that cannot be written at all does not keep the others from being written. */
function commit(handle: MemoryHandle, writeSets: readonly WriteSet[]): Outcome[] {
  if (writeSets.length > WRITE_SETS_MAX) {
    throw new RangeError(
      `${writeSets.length} write sets in one commit: at most ${WRITE_SETS_MAX}. Make several.`,
    );
  }
  const failures: unknown[] = [];
  const outcomes: Outcome[] = [];
  for (const writeSet of writeSets) {
    try {
      outcomes.push(applyWriteSet(handle.contents, writeSet));
    } catch (error) {
      failures.push(error);
    }
  }
  if (outcomes.some((outcome) => outcome.kind === 'committed')) handle.changed();
  if (failures.length > 0) throw failures[0];
  return outcomes;
}

function claimRange(contents: MemoryContents, claim: Claim): readonly Checkpoint[] {
  const existing = [...contents.checkpoints.values()]
    .filter(({ subscription }) => subscription === claim.subscription)
    .toSorted((a, b) => a.firstSlot - b.firstSlot);
  const { claimed, written, removed } = claimSlots(existing, claim);
  for (const range of removed) contents.checkpoints.delete(rangeOf(range));
  for (const range of written) contents.checkpoints.set(rangeOf(range), Object.freeze(range));
  return claimed;
}

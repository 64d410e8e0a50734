import assert from 'node:assert/strict';
import type { Committer } from '../log/committer.ts';
import { findOutcome } from '../log/find-outcome.ts';
import type { Log } from '../log/log.ts';
import type { Checkpoint, Fence, WriteSet } from '../log/write-set.ts';
import { FencedError } from './fenced.ts';
import { SLOTS, slotOf } from './slot.ts';

/**
 * The slots that a subscription owns, and its checkpoint for them. Whatever is committed through it
 * is refused as soon as somebody else has claimed them, with `FencedError`.
 */
export class OwnedRange {
  readonly #subscription: string;
  readonly #log: Log;
  readonly #committer: Committer;
  #slots = { first: 0, last: SLOTS - 1 };
  #epoch = 0;
  #checkpoint = 0;

  constructor(subscription: string, log: Log, committer: Committer) {
    this.#subscription = subscription;
    this.#log = log;
    this.#committer = committer;
  }

  /** The checkpoint as it was last seen in the log. */
  get checkpoint(): number {
    return this.#checkpoint;
  }

  /** Takes over the checkpoint. `position` counts only for a new subscription. */
  async claim(claim: Claim): Promise<void> {
    const [range] = await this.#log.claim({
      subscription: this.#subscription,
      firstSlot: 0,
      lastSlot: SLOTS - 1,
      ...claim,
    });
    this.take(range as Checkpoint);
  }

  /** Goes on with a range that was claimed. */
  take({ firstSlot, lastSlot, epoch, position }: Checkpoint): void {
    this.#slots = { first: firstSlot, last: lastSlot };
    this.#epoch = epoch;
    this.#checkpoint = position;
  }

  /** The slots of the keys that are handled here, both included. */
  get slots(): { readonly first: number; readonly last: number } {
    return this.#slots;
  }

  /** Whether there are no other owners. */
  get isAll(): boolean {
    return this.#slots.first === 0 && this.#slots.last === SLOTS - 1;
  }

  /** What proves that they are still owned here. */
  get fence(): Fence {
    return { subscription: this.#subscription, firstSlot: this.#slots.first, epoch: this.#epoch };
  }

  /** Whether what belongs to a key is handled here. */
  has(key: string): boolean {
    if (this.isAll) return true;
    const { first, last } = this.#slots;
    const slot = slotOf(key);
    return slot >= first && slot <= last;
  }

  /**
   * Asks the log where the checkpoint stands: a commit whose answer was lost may have moved it.
   * Answers whether it had been moved.
   */
  async lookAgain(): Promise<boolean> {
    const all = await this.#log.checkpoints();
    const own = all.find(
      ({ subscription, firstSlot }) =>
        subscription === this.#subscription && firstSlot === this.#slots.first,
    );
    if (own?.epoch !== this.#epoch) throw new FencedError(this.#subscription);
    const wasMoved = own.position !== this.#checkpoint;
    this.#checkpoint = own.position;
    return wasMoved;
  }

  /** Whether it was committed; false for a conflict. */
  commit(writeSet: WriteSet): Promise<boolean> {
    const { fences = [] } = writeSet;
    return this.#commit({ ...writeSet, fences: [...fences, this.fence] });
  }

  /** Commits, and moves the checkpoint. False: a conflict. */
  async move(writeSet: WriteSet, to: number): Promise<boolean> {
    const from = this.#checkpoint;
    if (from === to) return this.commit(writeSet);
    assert(from < to, `the checkpoint of "${this.#subscription}" would go back, ${from} to ${to}`);
    // A move is a fence, too.
    if (!(await this.#commit({ ...writeSet, moves: [{ ...this.fence, from, to }] }))) return false;
    this.#checkpoint = to;
    return true;
  }

  /**
   * Commits whatever the store does meanwhile. `afterFailure` waits before the next try, or throws
   * when there is to be none.
   */
  async commitSurely(
    writeSet: WriteSet,
    afterFailure: (error: unknown) => Promise<void>,
  ): Promise<boolean> {
    for (let isInDoubt = false; ; isInDoubt = true) {
      try {
        // It may be in already, and only its answer was lost: it would be in conflict with itself.
        if (isInDoubt && (await findOutcome(this.#log, writeSet)) !== undefined) return true;
        return await this.commit(writeSet);
      } catch (error) {
        await afterFailure(error);
      }
    }
  }

  async #commit(writeSet: WriteSet): Promise<boolean> {
    const outcome = await this.#committer.commit(writeSet);
    if (outcome.kind === 'fenced') throw new FencedError(this.#subscription);
    return outcome.kind === 'committed';
  }
}

interface Claim {
  readonly owner: string;
  readonly fingerprint: string;
  readonly position: number;
}

import { charactersOf } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';

/**
 * What a relay has read and the backbone has not yet confirmed. Records of one key are given out
 * one batch after the other; a record given out and handed back comes again before later ones.
 */
export class RelayQueue {
  /** Not given out, ascending. */
  #waiting: StoredRecord[] = [];
  /** Keys that are under way. */
  readonly #busy = new Set<string>();
  /** All that is not yet below the checkpoint, ascending, and whether it is confirmed. */
  readonly #open = new Map<number, boolean>();
  #characters = 0;

  /** Records that follow those already here. */
  add(records: readonly StoredRecord[]): void {
    for (const record of records) {
      this.#waiting.push(record);
      this.#open.set(record.position, false);
      this.#characters += charactersOf(record);
    }
  }

  /** How many are here and not confirmed without a gap before them. */
  get size(): number {
    return this.#open.size;
  }

  /** How large all are that are not confirmed. */
  get characters(): number {
    return this.#characters;
  }

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** The next records in order, but for those whose key is under way. */
  take(limit: number): readonly StoredRecord[] {
    const taken: StoredRecord[] = [];
    const left: StoredRecord[] = [];
    for (const record of this.#waiting) {
      const goes = taken.length < limit && !this.#busy.has(record.key);
      (goes ? taken : left).push(record);
    }
    for (const record of taken) this.#busy.add(record.key);
    this.#waiting = left;
    return taken;
  }

  confirm(batch: readonly StoredRecord[]): void {
    for (const record of batch) {
      this.#busy.delete(record.key);
      this.#open.set(record.position, true);
      this.#characters -= charactersOf(record);
    }
  }

  handBack(batch: readonly StoredRecord[]): void {
    for (const record of batch) this.#busy.delete(record.key);
    this.#waiting = [...batch, ...this.#waiting].toSorted((a, b) => a.position - b.position);
  }

  /** The position up to which all is confirmed; 0 when nothing new is. */
  get confirmedUpTo(): number {
    let upTo = 0;
    for (const [position, isConfirmed] of this.#open) {
      if (!isConfirmed) break;
      upTo = position;
    }
    return upTo;
  }

  /** What the checkpoint has passed is of no more interest. */
  forget(upTo: number): void {
    for (const position of this.#open.keys()) {
      if (position > upTo) return;
      this.#open.delete(position);
    }
  }
}

import { charactersOf } from './page.ts';
import type { StoredRecord } from './record.ts';

/** When there are too many, so many of the newest are kept: from there to twice as many. */
export const NEWEST_RECORDS = 512;
/** They are never more characters than this together; then half of it is kept. */
export const NEWEST_CHARACTERS_MAX = 8_388_608;

/**
 * The newest records of a log, in memory, for those that are nearly up to date: nothing is missing
 * after `from`, up to `to`. Bounded by number and by size. Whoever stands before `from` reads the
 * log itself.
 */
export class NewestRecords<Item> {
  readonly #recordOf: (item: Item) => StoredRecord;
  readonly #charactersMax: number;
  #items: Item[] = [];
  #characters = 0;
  #from: number;
  #to: number;

  /** @param charactersMax of those that are kept, where it is not as many as of a whole log */
  constructor(
    start: number,
    recordOf: (item: Item) => StoredRecord,
    charactersMax = NEWEST_CHARACTERS_MAX,
  ) {
    this.#from = this.#to = start;
    this.#recordOf = recordOf;
    this.#charactersMax = charactersMax;
  }

  /** Nothing is missing after this position. */
  get from(): number {
    return this.#from;
  }

  /** The position up to which it was told everything. */
  get to(): number {
    return this.#to;
  }

  get characters(): number {
    return this.#characters;
  }

  get count(): number {
    return this.#items.length;
  }

  /** The next record. What was added before it, and is too much now, goes. */
  add(item: Item): void {
    const record = this.#recordOf(item);
    this.#items.push(item);
    this.#characters += charactersOf(record);
    this.#to = record.position;
    // Half of it at once, so that a steady trickle does not move the whole array each time.
    if (this.#items.length >= 2 * NEWEST_RECORDS || this.#characters > this.#charactersMax)
      this.#dropOldest();
  }

  /** Those after a position. Ask only for one that is not before `from`. */
  *after(position: number): Generator<Item> {
    for (let index = this.#indexAfter(position); index < this.#items.length; index += 1)
      yield this.#items[index] as Item;
  }

  /** Forgets all of them, and goes on from where it stands. */
  clear(): void {
    this.#items = [];
    this.#characters = 0;
    this.#from = this.#to;
  }

  #dropOldest(): void {
    let dropped = 0;
    while (this.#isMuch(dropped)) {
      const record = this.#recordOf(this.#items[dropped] as Item);
      this.#characters -= charactersOf(record);
      this.#from = record.position;
      dropped += 1;
    }
    this.#items = this.#items.slice(dropped);
  }

  #isMuch(dropped: number): boolean {
    const count = this.#items.length - dropped;
    return count > NEWEST_RECORDS || this.#characters > this.#charactersMax / 2;
  }

  /** The index of the first one after a position, by halving. */
  #indexAfter(position: number): number {
    if (position >= this.#to) return this.#items.length;
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#recordOf(this.#items[middle] as Item).position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

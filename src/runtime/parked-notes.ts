import type { Parked } from './settled.ts';

/** So many of the latest are remembered; how many there were is always known. */
const KEPT_MAX = 1_000;

/** What was parked since the start, for whoever waits until everything has settled. */
export class ParkedNotes {
  #latest: Parked[] = [];
  #count = 0;

  add(parked: Parked): void {
    this.#count += 1;
    this.#latest.push(parked);
    if (this.#latest.length >= 2 * KEPT_MAX) this.#latest = this.#latest.slice(-KEPT_MAX);
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** Those after the first so many, as far as they are remembered. */
  since(count: number): readonly Parked[] {
    return count === this.#count ? [] : this.#latest.slice(-(this.#count - count));
  }
}

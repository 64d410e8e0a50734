import { charactersOfAll } from '../../log/page.ts';
import type { StoredRecord } from '../../log/record.ts';

/** Of all partitions of a topic together so many characters are kept, but for what was read last. */
export const AHEAD_CHARACTERS_MAX = 8_388_608;

/** What was read of a partition at once: whoever reads on, reads it from here. */
export interface Ahead {
  readonly from: number;
  readonly to: number;
  readonly isEnd: boolean;
  readonly records: readonly StoredRecord[];
}

/**
 * What was read last of each partition of a topic. They share one bound, however many they are: what was
 * used longest ago goes, and is read again when it is asked for.
 */
export class ChunksAhead<Partition> {
  /** The one that was used longest ago comes first. */
  readonly #kept = new Map<Partition, Ahead>();
  #characters = 0;

  of(partition: Partition): Ahead | undefined {
    const ahead = this.#kept.get(partition);
    if (ahead === undefined) return undefined;
    this.#kept.delete(partition);
    this.#kept.set(partition, ahead);
    return ahead;
  }

  keep(partition: Partition, ahead: Ahead): void {
    this.forget(partition);
    this.#kept.set(partition, ahead);
    this.#characters += charactersOfAll(ahead.records);
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= AHEAD_CHARACTERS_MAX || oldest === partition) return;
      this.forget(oldest);
    }
  }

  forget(partition: Partition): void {
    const ahead = this.#kept.get(partition);
    if (ahead === undefined) return;
    this.#characters -= charactersOfAll(ahead.records);
    this.#kept.delete(partition);
  }
}

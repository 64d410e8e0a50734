import { type Vocabulary, decode } from '../context/vocabulary.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Fact, Recorded } from '../message/fact.ts';

/**
 * A record on its way to subscriptions: decoded and frozen at the first look, once for all of
 * them. Most subscriptions see by the stored part alone that they have no interest.
 */
export class Entry {
  readonly stored: StoredRecord;
  readonly #vocabulary: Vocabulary;
  #event: Recorded<Fact> | undefined;

  constructor(vocabulary: Vocabulary, stored: StoredRecord) {
    this.#vocabulary = vocabulary;
    this.stored = stored;
  }

  get position(): number {
    return this.stored.position;
  }

  /** Throws when the record cannot be decoded: a failure of whoever handles it, never of the reader. */
  get event(): Recorded<Fact> {
    return (this.#event ??= decode(this.#vocabulary, this.stored));
  }
}

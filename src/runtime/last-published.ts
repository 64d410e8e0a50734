import type { TailReader } from '../subscription/tail-reader.ts';

/**
 * Where each contract of a context was published last, as far as its log was read here, by whichever
 * process. Who has taken in what stands there has taken in all of that contract.
 */
export class LastPublished {
  readonly #tail: Pick<TailReader, 'head' | 'since'>;
  readonly #contracts: readonly string[];
  #positions: ReadonlyMap<string, number> = new Map();
  #lookedUpTo: number | undefined;

  constructor(contracts: readonly string[], tail: Pick<TailReader, 'head' | 'since'>) {
    this.#contracts = contracts;
    this.#tail = tail;
  }

  /** What was published before the first look, or between two that lay far apart, may stand anywhere. */
  look(): ReadonlyMap<string, number> {
    const { head } = this.#tail;
    const from = this.#lookedUpTo;
    const entries = from === undefined ? undefined : this.#tail.since(from);
    const positions = new Map(this.#positions);
    if (entries === undefined)
      for (const contract of this.#contracts) positions.set(contract, head);
    for (const { stored } of entries ?? [])
      if (stored.direction === 'outgoing') positions.set(stored.type, stored.position);
    this.#lookedUpTo = head;
    this.#positions = positions;
    return positions;
  }
}

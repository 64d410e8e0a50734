/** A state as some version of its stream left it. */
export interface KnownState {
  readonly state: unknown;
  readonly version: number;
}

/**
 * The states of the streams used last, so that loading does not cost the length of a stream. They
 * are frozen: what anybody changed in one would be decided on by the next command. A
 * state that fell behind its stream does no harm: what is decided on it is refused as a conflict
 * or, where it is committed nowhere, decided again (`decidedAsItIs`), and it is dropped.
 *
 * In two generations: what is used belongs to the young one, and when that is full the old one is
 * forgotten. To move each state to the end of one list whenever it is used costs more than to
 * forget a little less exactly.
 */
export class StateCache {
  #young = new Map<string, KnownState>();
  #old = new Map<string, KnownState>();
  readonly #youngMax: number;

  constructor(sizeMax: number) {
    this.#youngMax = Math.ceil(sizeMax / 2);
  }

  get(stream: string): KnownState | undefined {
    const young = this.#young.get(stream);
    if (young !== undefined) return young;
    const old = this.#old.get(stream);
    if (old !== undefined) this.#use(stream, old);
    return old;
  }

  /** Keeps a committed state, unless a newer one is known. */
  keep(stream: string, known: KnownState): void {
    const before = this.#young.get(stream) ?? this.#old.get(stream);
    if (before === undefined || before.version <= known.version) this.#use(stream, known);
  }

  drop(stream: string): void {
    this.#young.delete(stream);
    this.#old.delete(stream);
  }

  #use(stream: string, known: KnownState): void {
    if (this.#young.size >= this.#youngMax && !this.#young.has(stream)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(stream, known);
  }
}

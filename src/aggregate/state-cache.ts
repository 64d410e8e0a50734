/** A state as some version of its stream left it. */
export interface KnownState {
  readonly state: unknown;
  readonly version: number;
}

/**
 * The states of the streams used last, so that loading does not cost the length of a stream. A
 * state that fell behind its stream does no harm: what is decided on it is refused as a conflict,
 * and it is dropped.
 */
export class StateCache {
  readonly #states = new Map<string, KnownState>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get(stream: string): KnownState | undefined {
    const known = this.#states.get(stream);
    if (known === undefined) return undefined;
    // A map keeps its order of insertion: moving to the end makes the first the least used.
    this.#states.delete(stream);
    this.#states.set(stream, known);
    return known;
  }

  /** Keeps a committed state, unless a newer one is known. */
  keep(stream: string, known: KnownState): void {
    const before = this.#states.get(stream);
    if (before !== undefined) {
      if (before.version > known.version) return;
      this.#states.delete(stream);
    } else if (this.#states.size >= this.#sizeMax) {
      const oldest = this.#states.keys().next();
      if (oldest.done !== true) this.#states.delete(oldest.value);
    }
    this.#states.set(stream, known);
  }

  drop(stream: string): void {
    this.#states.delete(stream);
  }
}

/** Called when something was committed: `own` when through the very object that listens. */
export type ChangeListener = (by: 'own' | 'foreign') => void;

/** Tells those in this process that look at a context's log that something was committed. */
export class Changes {
  readonly #listeners = new Set<{
    readonly call: ChangeListener;
    readonly by: object;
    readonly isForPublished: boolean;
  }>();

  /**
   * `by` is the object that listens: what it commits itself is its own. `isForPublished`: it looks
   * at what is published, and need not be told of anything else.
   */
  listen(by: object, call: ChangeListener, { isForPublished = false } = {}): () => void {
    // An entry of its own, so that a function given twice is called twice.
    const entry = { call, by, isForPublished };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /**
   * Soon, and not within the commit: what a listener does is none of the writer's business.
   * `isPublishing`: something may have been published; most commits publish nothing.
   */
  tell(origin?: object, { isPublishing = true } = {}): void {
    if (this.#listeners.size === 0) return;
    queueMicrotask(() => {
      for (const { call, by, isForPublished } of this.#listeners)
        if (isPublishing || !isForPublished) call(by === origin ? 'own' : 'foreign');
    });
  }

  /** Forgets all who listen by this object. */
  forget(by: object): void {
    for (const entry of this.#listeners) if (entry.by === by) this.#listeners.delete(entry);
  }
}

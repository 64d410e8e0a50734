/**
 * Hears of everything that happens in an application, so that whoever waits for a state of it
 * looks again when something moved, and not before.
 */
export class Activity {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** Goes up with everything that happens. */
  get count(): number {
    return this.#count;
  }

  /** Something happened. */
  readonly happened = (): void => {
    this.#count += 1;
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  };

  /** Waits until something holds; false when the time was over first. */
  async until(holds: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    // The end of time is a happening, too: one listener of its own, however often it looks, since
    // several may wait by one signal.
    const end = (): void => this.happened();
    signal.addEventListener('abort', end, { once: true });
    try {
      for (;;) {
        const before = this.#count;
        if (await holds()) return true;
        if (signal.aborted) return false;
        if (this.#count === before) await this.#next();
      }
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }
}

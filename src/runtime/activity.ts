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

  /** Resolves at the next happening, or when the signal aborts. */
  next(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        signal?.removeEventListener('abort', end);
        this.#waiting.delete(end);
        resolve();
      };
      if (signal?.aborted === true) return resolve();
      signal?.addEventListener('abort', end, { once: true });
      this.#waiting.add(end);
    });
  }

  /** Waits until something holds; false when the time was over first. */
  async until(holds: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const before = this.#count;
      if (await holds()) return true;
      if (signal.aborted) return false;
      if (this.#count === before) await this.next(signal);
    }
  }
}

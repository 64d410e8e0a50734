/** Lets those who wait for something look again each time something was done. */
export class Progress {
  readonly #waiters = new Set<() => void>();

  /** Something was done. */
  made(): void {
    for (const end of this.#waiters) end();
  }

  /**
   * Listens for the next progress from now on, so that none is missed between looking and waiting.
   * It also ends when the signal aborts, or by `cancel`.
   */
  next(signal: AbortSignal): { readonly made: Promise<void>; cancel(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      this.#waiters.delete(end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    this.#waiters.add(end);
    signal.addEventListener('abort', end, { once: true });
    return { made: promise, cancel: end };
  }
}

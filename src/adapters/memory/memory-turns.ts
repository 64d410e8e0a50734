/** Lets one at a time change a log, in the order of their coming. */
export class MemoryTurns {
  #last: Promise<unknown> | undefined;

  /** Nobody changes anything now: who does so at once needs no turn. */
  get isFree(): boolean {
    return this.#last === undefined;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      return await work();
    } finally {
      if (this.#last === promise) this.#last = undefined;
      resolve();
    }
  }
}

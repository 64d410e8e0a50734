/** Lets those who want the same key go one after the other, in the order in which they came. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const running = before === undefined ? work() : before.then(work, work);
    this.#tails.set(key, running);
    const end = (): void => {
      if (this.#tails.get(key) === running) this.#tails.delete(key);
    };
    running.then(end, end);
    return running;
  }
}

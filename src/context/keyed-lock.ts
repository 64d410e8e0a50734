/**
 * Lets those who want the same key go one after the other, in the order in which they came. Who
 * shares no key does not wait.
 */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** Takes all keys in one step, so that no two can wait for each other. */
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const before = keys.flatMap((key) => this.#tails.get(key) ?? []);
    const running = before.length === 0 ? work() : Promise.all(before).then(work);
    const end = (): void => {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
    const tail = running.then(end, end);
    for (const key of keys) this.#tails.set(key, tail);
    return running;
  }
}

/**
 * Lets many pass at once, or one alone, in the order of their coming: commits pass side by side, a
 * transaction of the user's own is alone on the log in this process.
 */
export class Gate {
  #inside = 0;
  #isAlone = false;
  readonly #waiting: { readonly isAlone: boolean; readonly enter: () => void }[] = [];

  /** Passes side by side with others that share. */
  shared<T>(work: () => Promise<T>): Promise<T> {
    return this.#pass(false, work);
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#pass(true, work);
  }

  /** Resolves when all who came before this call have left. */
  async idle(): Promise<void> {
    await this.alone(async () => undefined);
  }

  async #pass<T>(isAlone: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#mayEnter(isAlone)) {
      await new Promise<void>((enter) => this.#waiting.push({ isAlone, enter }));
    } else this.#enter(isAlone);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #mayEnter(isAlone: boolean): boolean {
    return isAlone ? this.#inside === 0 : !this.#isAlone;
  }

  #enter(isAlone: boolean): void {
    this.#inside += 1;
    this.#isAlone = isAlone;
  }

  #leave(): void {
    this.#inside -= 1;
    this.#isAlone = false;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#mayEnter(next.isAlone)) return;
      this.#waiting.shift();
      this.#enter(next.isAlone);
      next.enter();
    }
  }
}

/** Lets one loop sleep until somebody rings. A ring while nobody sleeps is remembered. */
export class Wake {
  #isRung = false;
  #resolve: (() => void) | undefined;

  /** Whether somebody has rung since the last sleep. */
  get isRung(): boolean {
    return this.#isRung;
  }

  ring(): void {
    this.#isRung = true;
    this.#resolve?.();
  }

  async sleep(): Promise<void> {
    if (!this.#isRung) await new Promise<void>((resolve) => (this.#resolve = resolve));
    this.#resolve = undefined;
    this.#isRung = false;
  }
}

import type { Canary } from '../canary.ts';

/** Whoever waits for everything to be done goes on while effects are still to be performed. */
export const canary: Canary = {
  name: 'a "settled" that forgets effects',
  simulation: 'charging',
  within: 200,
  breaks: [
    {
      file: 'src/subscription/subscription.ts',
      from: 'return isDone && !this.#isHandling && !this.#isUnsure && this.room.isIdle;',
      to: `const isEffect = this.#definition.handle === undefined;
    return isDone && !this.#isHandling && !this.#isUnsure && (isEffect || this.room.isIdle);`,
    },
  ],
};

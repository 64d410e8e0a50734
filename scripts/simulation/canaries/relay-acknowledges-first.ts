import type { Canary } from '../canary.ts';

/** The relay takes a batch for confirmed before the backbone has it. */
export const canary: Canary = {
  name: 'a relay that acknowledges first',
  simulation: 'charging',
  within: 100,
  breaks: [
    {
      file: 'src/backbone/relay.ts',
      from: `      await this.#hand(await this.#heldBack.hold(batch));
      this.#queue.confirm(batch);`,
      to: `      this.#queue.confirm(batch);
      this.#wake.ring();
      await this.#hand(await this.#heldBack.hold(batch));`,
    },
  ],
};

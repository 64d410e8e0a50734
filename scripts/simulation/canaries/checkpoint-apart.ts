import type { Canary } from '../canary.ts';

/** What a batch did is committed, and its checkpoint only after it: a crash between does it twice. */
export const canary: Canary = {
  name: 'checkpoint committed apart from the effect',
  simulation: 'charging',
  within: 200,
  breaks: [
    {
      file: 'src/subscription/owned-range.ts',
      from: `    if (!(await this.#commit({ ...writeSet, moves: [{ ...this.fence, from, to }] }))) return false;`,
      to: `    if (!(await this.commit(writeSet))) return false;
    await this.#commit({ moves: [{ ...this.fence, from, to }] });`,
    },
  ],
};

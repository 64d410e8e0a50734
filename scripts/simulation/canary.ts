/**
 * Something that is broken on purpose, to see that it is found: a few lines of a real source
 * replaced while it is loaded, or a small simulation with a fault in its own handlers.
 */
export type Canary = {
  readonly name: string;
  /** The simulation that must find it, as `npm run simulate` knows it, or a file beside this one. */
  readonly simulation: string;
  /** It is found within so many random seeds, in each trial. */
  readonly within: number;
  /** What is broken of the core: each text stands once in its file. */
  readonly breaks?: readonly Break[];
};

export type Break = {
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

/**
 * What a benchmark is: it measures something several times, beside a raw limit where there is one,
 * and tells what it saw. It prints nothing on its own and checks nothing against a clock.
 */
export interface Benchmark {
  readonly name: string;
  /** One line for `--help`. */
  readonly about: string;
  readonly measure: (setting: Setting) => Promise<readonly Measurement[]>;
}

/** What every benchmark is given. */
export interface Setting {
  /** How often each figure is taken; the median counts. */
  readonly runs: number;
  /** 1 is the size that figures are taken with; tests use a small fraction of it. */
  readonly scale: number;
  /** An empty directory on a real disk, removed afterwards. */
  readonly directory: string;
  /** Where files that are dear to make are kept for the next time. */
  readonly cache: string;
  /** The data directory of a shop that was replayed, to be copied from. */
  readonly data: string | undefined;
  /** How many records the benchmark `memory` reads. */
  readonly records: number;
  /** Says what is being done, for whoever waits. */
  readonly progress: (text: string) => void;
}

/** One quantity, as often as it was measured. */
export interface Measurement {
  readonly metric: string;
  readonly unit: string;
  /** One value a run. */
  readonly values: readonly number[];
  /** The same by hand on the bare client of the store, taken in turn with `values`. */
  readonly raw?: readonly number[];
}

/** A whole number of things to do: `full` at scale 1, never less than `least`. */
export function scaled(setting: Setting, full: number, least: number): number {
  return Math.max(least, Math.round(full * setting.scale));
}

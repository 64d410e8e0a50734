import { randomFillSync } from 'node:crypto';

/** Chance, passed in: ids and jitter draw from it, so that one seed can decide a whole run. */
export interface Randomness {
  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number;
}

/** The machine's randomness, drawn in blocks because a call per number is slow. */
export function systemRandomness(): Randomness {
  const block = new Uint32Array(1024);
  let used = block.length;
  return {
    uint32() {
      if (used === block.length) {
        randomFillSync(block);
        used = 0;
      }
      return block[used++] as number;
    },
  };
}

/** Chance that a seed decides (mulberry32): the same seed, the same numbers. */
export function seededRandomness(seed: number): Randomness {
  let state = seed;
  return {
    uint32() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return (mixed ^ (mixed >>> 14)) >>> 0;
    },
  };
}

/** A number from 0 (inclusive) to 1 (exclusive). */
export function fraction(randomness: Randomness): number {
  return randomness.uint32() / 2 ** 32;
}

import type { Randomness } from '../../host/randomness.ts';

/**
 * Chance out of a seed: the same seed and the same name give the same numbers on every machine.
 * What must not disturb each other draws from chances of its own (`of`), so that one draw more in
 * one place does not change what another place is dealt.
 */
export class Chance implements Randomness {
  readonly #seed: number;
  // sfc32, by Chris Doty-Humphrey: 128 bits of state, a counter among them.
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#seed = seed;
    this.#a = mixed(seed, 1);
    this.#b = mixed(seed, 2);
    this.#c = mixed(seed, 3);
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** Another chance, which depends on the seed and on this name alone. */
  of(name: string): Chance {
    return new Chance(mixed(this.#seed, hashOf(name)));
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * count);
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True with this chance, from 0 to 1. */
  happens(chance: number): boolean {
    return this.uint32() / 2 ** 32 < chance;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** A number from 0 (inclusive) to 1 (exclusive) that depends on these numbers alone. */
export function fractionOf(seed: number, place: number, nth: number): number {
  return mixed(mixed(seed, place), nth) / 2 ** 32;
}

/** FNV-1a over the code units of a text. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Two numbers made one in which every bit of both counts (the finalizer of MurmurHash3). */
export function mixed(one: number, other: number): number {
  let hash = (Math.imul(one, 0x9e3779b1) ^ Math.imul(other + 0x7f4a7c15, 0x85ebca6b)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

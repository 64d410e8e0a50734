import { type Chance, fractionOf, hashOf, mixed } from './chance.ts';
import type { FaultKind } from './fault-kinds.ts';

/** A place in a run at which faults may strike: a call of a port, by its name. */
export interface Place {
  /** Such as `billing.commit`. */
  readonly name: string;
  readonly hash: number;
  /** How often it was passed. */
  passed: number;
}

/** A fault that strikes: what, and at which passing of which place. */
export interface Strike {
  readonly kind: FaultKind;
  readonly place: string;
  readonly nth: number;
  /** From 0 to 1: how long, how far, how many. */
  readonly amount: number;
}

/** Which faults may strike at a place, each with its chance. */
export type Rates = readonly (readonly [FaultKind, number])[];

/**
 * Decides which faults strike. Each decision depends on the seed, the place and how often it was
 * passed, and on nothing else: leaving one fault out leaves the others where they were, so that a
 * failing run can be made smaller fault by fault.
 */
export class FaultPlan {
  readonly #seed: number;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #strikesMax: number;
  readonly #isOn: (kind: FaultKind) => boolean;
  readonly #places = new Map<string, Place>();
  readonly #struck: Strike[] = [];
  #intensity: number;
  #isStopped = false;
  /** Told of each fault that strikes. */
  onStrike: ((strike: Strike) => void) | undefined;

  constructor(options: {
    readonly chance: Chance;
    readonly isOn: (kind: FaultKind) => boolean;
    /** Only these, each as `strikeName` names it; by chance when absent. */
    readonly only?: ReadonlySet<string> | undefined;
    readonly strikesMax: number;
    /** Multiplies every chance. */
    readonly intensity: number;
  }) {
    this.#seed = options.chance.of('faults').uint32();
    this.#isOn = options.isOn;
    this.#only = options.only;
    this.#strikesMax = options.strikesMax;
    this.#intensity = options.intensity;
  }

  get struck(): readonly Strike[] {
    return this.#struck;
  }

  place(name: string): Place {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = { name, hash: hashOf(name), passed: 0 };
      this.#places.set(name, place);
    }
    return place;
  }

  /** A place is passed: the fault that strikes there now, if one does. */
  pass(place: Place, rates: Rates): Strike | undefined {
    place.passed += 1;
    if (this.#isStopped) return undefined;
    const nth = place.passed;
    const kind =
      this.#only === undefined
        ? this.#drawn(place.hash, nth, rates)
        : rates.find(([each]) => this.#only?.has(`${place.name} ${nth} ${each}`))?.[0];
    if (kind === undefined) return undefined;
    const amount = fractionOf(mixed(this.#seed, 0x5eed), place.hash, nth);
    const strike = { kind, place: place.name, nth, amount };
    this.#struck.push(strike);
    this.onStrike?.(strike);
    return strike;
  }

  /** Nothing strikes from now on. */
  stop(): void {
    this.#isStopped = true;
  }

  #drawn(place: number, nth: number, rates: Rates): FaultKind | undefined {
    if (this.#struck.length >= this.#strikesMax) return undefined;
    let left = fractionOf(this.#seed, place, nth) / this.#intensity;
    for (const [kind, chance] of rates) {
      if (left < chance) return this.#isOn(kind) ? kind : undefined;
      left -= chance;
    }
    return undefined;
  }
}

/** Names a strike in a plan: `billing.commit 3 answer-lost`. */
export function strikeName({ place, nth, kind }: Omit<Strike, 'amount'>): string {
  return `${place} ${nth} ${kind}`;
}

export function strikeNamed(name: string): Omit<Strike, 'amount'> {
  const words = name.split(' ');
  const kind = words.pop() as FaultKind;
  const nth = Number(words.pop());
  return { place: words.join(' '), nth, kind };
}

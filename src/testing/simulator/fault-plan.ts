import { type Chance, fractionOf, hashOf } from './chance.ts';
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

/** Which fault strikes at the nth passing of a place, if one does. */
export type Choose = (place: Place, nth: number, rates: Rates) => FaultKind | undefined;

/** The faults of a run: decided wherever one may strike, and kept. */
export class FaultPlan {
  readonly #choose: Choose;
  readonly #amounts: number;
  readonly #places = new Map<string, Place>();
  readonly #struck: Strike[] = [];
  #isStopped = false;
  /** Told of each fault that strikes. */
  onStrike: ((strike: Strike) => void) | undefined;

  constructor(choose: Choose, chance: Chance) {
    this.#choose = choose;
    this.#amounts = chance.of('amounts').uint32();
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
    const kind = this.#choose(place, nth, rates);
    if (kind === undefined) return undefined;
    const amount = fractionOf(this.#amounts, place.hash, nth);
    const strike = { kind, place: place.name, nth, amount };
    this.#struck.push(strike);
    this.onStrike?.(strike);
    return strike;
  }

  /** Nothing strikes from now on. */
  stop(): void {
    this.#isStopped = true;
  }
}

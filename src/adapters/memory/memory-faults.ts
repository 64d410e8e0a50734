import { type Randomness, fraction } from '../../host/randomness.ts';

/** What a broker in memory does wrong on request, each as a chance from 0 to 1. Default: nothing. */
export interface MemoryFaults {
  /** A published message is queued twice. */
  readonly duplicate: number;
  /** A message is held back for up to `delayMsMax`, and with it those of its key. */
  readonly delay: number;
  readonly delayMsMax: number;
  /** Later messages go first: of other keys, or, where there is no order, any. */
  readonly reorder: number;
  /** A delivery does not reach its consumer; it comes again after `redeliverAfterMs`. */
  readonly lose: number;
  /** An acknowledgement does not reach the broker; the message comes again. */
  readonly loseAcknowledgement: number;
  /** A batch is refused as if the broker could not be reached. */
  readonly refuse: number;
  /** A batch is queued, but its confirmation is lost. */
  readonly loseConfirmation: number;
}

/** One of the things that a broker in memory does wrong. */
export type MemoryFault = Exclude<keyof MemoryFaults, 'delayMsMax'>;

/**
 * Decides whether a fault happens. A number from 0 to 1 says that it does, and how much of it (of a
 * delay), undefined that it does not.
 */
export type DecideFault = (fault: MemoryFault) => number | undefined;

/** Decides by the randomness given, each fault with its chance. */
export function byChance(faults: Partial<MemoryFaults>, randomness: Randomness): DecideFault {
  return (fault) => {
    const chance = faults[fault] ?? 0;
    if (chance <= 0 || fraction(randomness) >= chance) return undefined;
    return fault === 'delay' ? fraction(randomness) : 0;
  };
}

/** What a broker in memory asks before it does anything. */
export class MemoryMischief {
  readonly #decide: DecideFault;
  readonly #delayMsMax: number;

  constructor(decide: DecideFault, delayMsMax = 10) {
    this.#decide = decide;
    this.#delayMsMax = delayMsMax;
  }

  happens(fault: MemoryFault): boolean {
    return this.#decide(fault) !== undefined;
  }

  /** For how long a message is held back; mostly not at all. */
  delayMs(): number {
    return (this.#decide('delay') ?? 0) * this.#delayMsMax;
  }
}

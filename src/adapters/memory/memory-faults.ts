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

/** Decides, by the randomness given, when a fault happens. */
export class MemoryMischief {
  readonly #faults: Partial<MemoryFaults>;
  readonly #randomness: Randomness;

  constructor(faults: Partial<MemoryFaults>, randomness: Randomness) {
    this.#faults = faults;
    this.#randomness = randomness;
  }

  happens(fault: Exclude<keyof MemoryFaults, 'delayMsMax'>): boolean {
    const chance = this.#faults[fault] ?? 0;
    return chance > 0 && fraction(this.#randomness) < chance;
  }

  /** For how long a message is held back; mostly not at all. */
  delayMs(): number {
    return this.happens('delay') ? fraction(this.#randomness) * (this.#faults.delayMsMax ?? 10) : 0;
  }
}

/**
 * What happened in a run: a hash over all of it, and, when somebody wants to read it, the lines
 * themselves. The hash covers records, deliveries, decisions and their times, and no text of an
 * error: two runs with the same hash went the same way, on whatever machine and version of Node.
 */
export class History {
  readonly isKept: boolean;
  readonly #lines: Happening[] = [];
  // Two hashes of 32 bits side by side, by different constants.
  #one = 0x811c9dc5;
  #other = 0x9747b28c;

  /** `isKept`: whether the lines are kept for reading, which costs time. */
  constructor(isKept: boolean) {
    this.isKept = isKept;
  }

  get hash(): string {
    return hex(this.#one) + hex(this.#other);
  }

  get lines(): readonly Happening[] {
    return this.#lines;
  }

  /** Which of those that were ready went on, and when. */
  decided(index: number, of: number, now: number): void {
    this.#number(index);
    this.#number(of);
    this.#number(now);
  }

  /** Something that counts as history. `line` makes what a person reads of it. */
  happened(now: number, facts: string, line?: () => Omit<Happening, 'at'>): void {
    this.#number(now);
    this.#text(facts);
    if (line !== undefined) this.note(now, line);
  }

  /** Something for readers alone. */
  note(now: number, line: () => Omit<Happening, 'at'>): void {
    if (this.isKept) this.#lines.push({ at: now, ...line() });
  }

  #number(value: number): void {
    this.#one = Math.imul(this.#one ^ (value | 0), 0x01000193);
    this.#other = Math.imul((this.#other ^ (value | 0)) + 0x6d2b79f5, 0x5bd1e995);
    this.#other ^= this.#other >>> 15;
  }

  #text(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#number(text.charCodeAt(index));
  }
}

/** One line of a timeline. */
export interface Happening {
  /** Milliseconds of virtual time since the beginning. */
  readonly at: number;
  /** Which process it happened in; empty for the world around them. */
  readonly where: string;
  readonly kind: 'fault' | 'step' | 'commit' | 'delivery' | 'outside' | 'process' | 'broken';
  readonly text: string;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

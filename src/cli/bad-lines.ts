/** So many lines are told one by one. */
const TOLD_MAX = 20;
/** So many are kept for `--json`. */
const KEPT_MAX = 10_000;

export interface BadLine {
  readonly line: number;
  readonly why: string;
}

/** The lines of an import that cannot be taken in: the first are told as they come, the rest counted. */
export class BadLines {
  readonly #tell: (text: string) => void;
  readonly #kept: BadLine[] = [];
  #count = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  add(line: number, why: string): void {
    this.#count += 1;
    if (this.#count <= TOLD_MAX) this.#tell(`line ${line}: ${why}`);
    if (this.#count <= KEPT_MAX) this.#kept.push({ line, why });
  }

  /** Says how many more there are. */
  end(): void {
    const more = this.#count - TOLD_MAX;
    if (more > 0) this.#tell(`and ${more} more such lines: see them with --json`);
  }

  /** Those that were kept, and whether there are more. */
  get found(): { readonly badLines: readonly BadLine[]; readonly isCut: boolean } {
    return { badLines: this.#kept, isCut: this.#count > KEPT_MAX };
  }
}

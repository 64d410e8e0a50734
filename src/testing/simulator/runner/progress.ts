/** How far it is: a line drawn anew on a terminal, elsewhere one now and then. */
const DRAW_MS = 200;
const LINE_MS = 15_000;
const BAR_WIDTH = 30;

export class Progress {
  readonly #total: number;
  readonly #endMs: number;
  readonly #began = performance.now();
  readonly #isTerminal = process.stderr.isTTY;
  #shown = this.#began;

  /** `total` may be Infinity, when time ends it: `endMs`, or a failure. */
  constructor(total: number, endMs: number) {
    this.#total = total;
    this.#endMs = endMs;
  }

  update(done: number): void {
    const now = performance.now();
    if (now - this.#shown < (this.#isTerminal ? DRAW_MS : LINE_MS)) return;
    this.#shown = now;
    const line = this.#line(done, now);
    process.stderr.write(this.#isTerminal ? `\r${line}\u001b[K` : `${line}\n`);
  }

  end(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K');
  }

  #line(done: number, now: number): string {
    const rate = (done / (now - this.#began)) * 1_000;
    const share = Number.isFinite(this.#total)
      ? done / this.#total
      : Number.isFinite(this.#endMs)
        ? (now - this.#began) / (this.#endMs - this.#began)
        : undefined;
    if (share === undefined) return `${done} runs, ${rate.toFixed(1)}/s`;
    const filled = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    return `${bar} ${Math.floor(share * 100)}%  ${done} runs, ${rate.toFixed(1)}/s`;
  }
}

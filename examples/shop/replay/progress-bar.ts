/**
 * How far a replay has come, how fast it goes and how long it will take. On a terminal a bar that
 * is drawn anew; elsewhere (a file, a CI log) a plain line now and then.
 */
export type ProgressTarget = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
};

export type ProgressBarOptions = {
  readonly label: string;
  readonly total: number;
  readonly target: ProgressTarget;
  /** Milliseconds that only go up. */
  readonly nowMs: () => number;
};

const drawEveryMs = 100;
const lineEveryMs = 10_000;
const barWidth = 24;
/** The rate is that of about the last so many milliseconds, so that the time left is believable. */
const memoryMs = 5_000;

export class ProgressBar {
  readonly #options: ProgressBarOptions;
  readonly #startedAt: number;
  #shownAt: number;
  #done = 0;
  #shownDone = 0;
  #doneBefore = 0;
  #rate: number | undefined;

  constructor(options: ProgressBarOptions) {
    this.#options = options;
    this.#startedAt = options.nowMs();
    this.#shownAt = this.#startedAt;
  }

  update(done: number): void {
    this.#done = done;
    const now = this.#options.nowMs();
    const isTerminal = this.#options.target.isTTY === true;
    if (now - this.#shownAt < (isTerminal ? drawEveryMs : lineEveryMs)) return;
    this.#measure(now);
    this.#show(isTerminal ? `\r${this.#line()}\u001b[K` : `${this.#line()}\n`);
  }

  /** What was done by an earlier run counts as done, and not as fast. */
  passOver(done: number): void {
    this.#done = done;
    this.#shownDone = done;
    this.#doneBefore = done;
  }

  /** Makes room for a line of text above the bar. */
  print(text: string): void {
    const { target } = this.#options;
    if (target.isTTY !== true) return void target.write(`${text}\n`);
    target.write(`\r\u001b[K${text}\n${this.#line()}`);
  }

  end(): void {
    const seconds = (this.#options.nowMs() - this.#startedAt) / 1000;
    const rate = seconds > 0 ? Math.round((this.#done - this.#doneBefore) / seconds) : 0;
    const { label, total, target } = this.#options;
    const text = `${label} ${this.#done}/${total} in ${duration(seconds)}, ${rate}/s on the average`;
    this.#show(target.isTTY === true ? `\r${text}\u001b[K\n` : `${text}\n`);
  }

  #measure(now: number): void {
    const elapsed = now - this.#shownAt;
    const rate = ((this.#done - this.#shownDone) / elapsed) * 1000;
    const weight = Math.min(1, elapsed / memoryMs);
    this.#rate = this.#rate === undefined ? rate : this.#rate + weight * (rate - this.#rate);
    this.#shownAt = now;
    this.#shownDone = this.#done;
  }

  #line(): string {
    const { label, total } = this.#options;
    const share = total === 0 ? 1 : this.#done / total;
    const filled = Math.round(share * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const rate = this.#rate === undefined ? '' : `  ${Math.round(this.#rate)}/s`;
    const left =
      this.#rate === undefined || this.#rate <= 0
        ? ''
        : `  ${duration((total - this.#done) / this.#rate)} left`;
    return `${label} ${bar}${percent}  ${this.#done}/${total}${rate}${left}`;
  }

  #show(text: string): void {
    this.#options.target.write(text);
  }
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
}

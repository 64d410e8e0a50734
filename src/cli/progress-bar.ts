import type { Clock } from '../host/clock.ts';
import { cutText } from '../telemetry/safe-text.ts';
import { spanText } from './span-text.ts';

/** The terminal that standard error is. */
export interface Terminal {
  /** As wide as it is now. */
  readonly width: () => number;
}

const COLUMNS = 80;

/** The terminal that a stream is, if it is one. */
export function terminalOf(stream: NodeJS.WriteStream): Terminal | undefined {
  // Some say that they have no columns at all.
  return stream.isTTY ? { width: () => stream.columns || COLUMNS } : undefined;
}

export interface ProgressOptions {
  /** What is being done, such as `exporting`. */
  readonly what: string;
  /** So many there are; Infinity when nobody knows. */
  readonly total: number;
  /** What they are, such as `runs`. Default: nothing is said. */
  readonly unit?: string;
  /** Where time ends it, and no count: after so long. */
  readonly lastsMs?: number;
  /** Absent: nothing is drawn. */
  readonly terminal: Terminal | undefined;
  /** Elsewhere than on a terminal: a plain line so often. Default: none at all. */
  readonly plainEveryMs?: number;
  /** Writes to standard error. */
  readonly write: (text: string) => void;
  readonly clock: Clock;
}

const DRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;
/** The rate is that of about so long, so that the time left is believable. */
const MEMORY_MS = 5_000;

/**
 * How far long work has come, how fast it goes and how long it will take: the one progress bar of
 * the command line. On a terminal it is one line that is drawn anew, at most ten times a second, and
 * that is gone at the end. Elsewhere it says nothing, unless it is asked to. It has no timer of its own: it
 * draws when it is told how far the work is.
 */
export class ProgressBar {
  readonly #options: ProgressOptions;
  readonly #beganMs: number;
  #shownMs: number;
  #shownDone = 0;
  #rate: number | undefined;
  #isDrawn = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#beganMs = options.clock.elapsedMs();
    this.#shownMs = this.#beganMs;
  }

  /** So many are done now, of all of them. */
  update(done: number): void {
    const { terminal, plainEveryMs = Number.POSITIVE_INFINITY, clock, write } = this.#options;
    const now = clock.elapsedMs();
    const everyMs = terminal === undefined ? plainEveryMs : DRAW_EVERY_MS;
    if (now - this.#shownMs < everyMs) return;
    this.#measure(done, now);
    const line = this.#line(done, now);
    if (terminal === undefined) return write(`${line}\n`);
    // One column less than there are: a full line would make some terminals begin the next one.
    write(`\r${cutText(line, terminal.width() - 1)}\u001b[K`);
    this.#isDrawn = true;
  }

  /** Leaves the terminal as it was. What is told afterwards begins at the beginning of a line. */
  end(): void {
    if (this.#isDrawn) this.#options.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #measure(done: number, now: number): void {
    const passedMs = now - this.#shownMs;
    const rate = ((done - this.#shownDone) / passedMs) * 1_000;
    const weight = Math.min(1, passedMs / MEMORY_MS);
    this.#rate = this.#rate === undefined ? rate : this.#rate + weight * (rate - this.#rate);
    this.#shownMs = now;
    this.#shownDone = done;
  }

  #line(done: number, now: number): string {
    const { what, total, unit } = this.#options;
    const parts = [
      `${what}${barText(this.#share(done, now))}`,
      `${done}${Number.isFinite(total) ? `/${total}` : ''}${unit === undefined ? '' : ` ${unit}`}`,
      rateText(this.#rate ?? 0),
      leftText(this.#leftMs(done, now)),
    ];
    return parts.filter((part) => part !== '').join('  ');
  }

  /** Undefined where nobody knows how much is left. */
  #share(done: number, now: number): number | undefined {
    const { total, lastsMs } = this.#options;
    if (Number.isFinite(total)) return total === 0 ? 1 : done / total;
    return lastsMs === undefined ? undefined : (now - this.#beganMs) / lastsMs;
  }

  #leftMs(done: number, now: number): number {
    const { total, lastsMs = Number.POSITIVE_INFINITY } = this.#options;
    const byCount = this.#rate ? ((total - done) / this.#rate) * 1_000 : Number.POSITIVE_INFINITY;
    return Math.min(byCount, this.#beganMs + lastsMs - now);
  }
}

function barText(share: number | undefined): string {
  if (share === undefined) return '';
  const filled = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return ` ${bar}${`${Math.floor(share * 100)}%`.padStart(5)}`;
}

function rateText(rate: number): string {
  return `${rate < 100 ? rate.toFixed(1) : Math.round(rate)}/s`;
}

function leftText(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '';
  return ms < 10_000 ? `${Math.ceil(ms / 1_000)} s left` : `${spanText(ms)} left`;
}

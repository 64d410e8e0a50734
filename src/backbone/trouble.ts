import type { Host } from '../host/host.ts';
import { describeError } from '../subscription/failure.ts';
import { type RetryPolicy, retryDelayMs } from '../subscription/retry-policy.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface TroubleOptions {
  readonly context: string;
  /** Whose trouble it is: `relay`, `intake from ordering`. */
  readonly about: string;
  readonly host: Host;
  readonly logger: Logger;
  readonly policy: RetryPolicy;
  /** Told what the trouble is, and with undefined that it is over. */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
}

/** An outage has no last attempt: it is tried until it ends. */
export const OUTAGE_POLICY: RetryPolicy = {
  attemptsMax: Number.POSITIVE_INFINITY,
  firstDelayMs: 50,
  delayMsMax: 5_000,
};

/**
 * Gets a loop through an outage: waits longer from attempt to attempt, and says once that there is
 * trouble and once that it is over, however often it was tried in between. A trouble is over when
 * that part of the loop's work succeeds in which it came up.
 */
export class Trouble<Part extends string> {
  readonly #options: TroubleOptions;
  #problem: unknown;
  #part: Part | undefined;
  #code: string | undefined;
  #failures = 0;
  #lastAttemptAt = 0;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  get problem(): unknown {
    return this.#problem;
  }

  /** Reports a failure, then waits before the next attempt, or until the signal aborts. */
  async failed(part: Part, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.report(part, error);
    const { policy } = this.#options;
    const { clock, randomness } = this.#options.host;
    // What worked for a while begins anew; what fails at once each time waits ever longer.
    if (clock.elapsedMs() - this.#lastAttemptAt > policy.delayMsMax) this.#failures = 0;
    this.#failures += 1;
    await clock.sleep(retryDelayMs(policy, this.#failures, randomness), signal);
    this.#lastAttemptAt = clock.elapsedMs();
  }

  /** This part of the work succeeded. */
  succeeded(part: Part): void {
    if (this.#part !== part) return;
    const { logger, context, about, onProblem } = this.#options;
    this.#problem = undefined;
    this.#part = undefined;
    this.#code = undefined;
    logger.log({ level: 'info', event: 'recovered', context, subscription: about });
    onProblem?.(undefined);
  }

  /** Something was done for good: the next failure is a first one. */
  progressed(): void {
    this.#failures = 0;
  }

  report(part: Part, error: unknown): void {
    const { name, code, message } = describeError(error);
    const { logger, context, about, onProblem } = this.#options;
    this.#problem = error;
    this.#part = part;
    if (this.#code === (code ?? name)) return;
    this.#code = code ?? name;
    const line = { context, subscription: about, code: this.#code, message };
    logger.log({ level: 'warn', event: 'trouble', ...line });
    onProblem?.(error);
  }
}

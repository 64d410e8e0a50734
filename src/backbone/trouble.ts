import type { Host } from '../host/host.ts';
import { describeError } from '../subscription/failure.ts';
import { type RetryPolicy, retryDelayMs } from '../subscription/retry-policy.ts';
import type { Logger } from '../telemetry/logger.ts';
import { BackboneUnavailableError } from './backbone.ts';

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
 * trouble and once that it is over, however often it was tried in between.
 *
 * A trouble of reaching the other side is over as soon as it is reached; a trouble of working with
 * what came from there (the own store fails) only when some of the work succeeded.
 */
export class Trouble {
  readonly #options: TroubleOptions;
  #problem: unknown;
  #code: string | undefined;
  #isOfReaching = false;
  #isReached = false;
  #reachedAt = 0;
  #failures = 0;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  get problem(): unknown {
    return this.#problem;
  }

  reached(): void {
    this.#isReached = true;
    this.#reachedAt = this.#options.host.clock.elapsedMs();
    if (this.#isOfReaching) this.#over();
  }

  progressed(): void {
    this.#failures = 0;
    this.#over();
  }

  /** Reports a failure, then waits before the next attempt, or until the signal aborts. */
  async failed(error: unknown, signal: AbortSignal): Promise<void> {
    const { host, policy } = this.#options;
    // What worked for a while begins anew; what fails as soon as it is reached waits ever longer.
    const lastedMs = this.#isReached ? host.clock.elapsedMs() - this.#reachedAt : 0;
    if (lastedMs > policy.delayMsMax) this.#failures = 0;
    this.#isOfReaching = !this.#isReached || error instanceof BackboneUnavailableError;
    this.#isReached = false;
    if (signal.aborted) return;
    this.#note(error);
    this.#failures += 1;
    await host.clock.sleep(retryDelayMs(policy, this.#failures, host.randomness), signal);
  }

  #note(error: unknown): void {
    const { name, code, message } = describeError(error);
    const { logger, context, about, onProblem } = this.#options;
    this.#problem = error;
    if (this.#code === (code ?? name)) return;
    this.#code = code ?? name;
    logger.log({ level: 'warn', event: 'trouble', context, about, code: this.#code, message });
    onProblem?.(error);
  }

  #over(): void {
    if (this.#code === undefined) return;
    const { logger, context, about, onProblem } = this.#options;
    this.#problem = undefined;
    this.#code = undefined;
    this.#isOfReaching = false;
    logger.log({ level: 'info', event: 'recovered', context, about });
    onProblem?.(undefined);
  }
}

import type { WaitingRow } from '../log/waiting-row.ts';
import type { Logger } from '../telemetry/logger.ts';
import { describeError } from './failure.ts';

/** Who is told of what does not move any more. */
export interface SubscriptionHooks {
  readonly onParked: (row: WaitingRow) => void;
  readonly onStalled: (subscription: string, why: string) => void;
}

export interface NewsParts extends SubscriptionHooks {
  readonly context: string;
  readonly subscription: string;
  readonly logger: Logger;
}

/** Tells what does not go well with a subscription: in log lines, and to the application's hooks. */
export class News {
  readonly #parts: NewsParts;

  constructor(parts: NewsParts) {
    this.#parts = parts;
  }

  /** A row that was written: nothing is said of one that only waits for its turn. */
  row(row: WaitingRow): void {
    if (row.error === null) return;
    const { logger, context, onParked } = this.#parts;
    const isParked = row.kind === 'parked';
    const { subscription, key, recordId: id, attempts, correlationId } = row;
    const { code, message } = row.error;
    logger.log({
      level: code === 'not-yet' && !isParked ? 'debug' : 'warn',
      event: isParked ? 'parked' : 'retry',
      context,
      subscription,
      id,
      key,
      correlationId,
      attempts,
      code,
      message,
    });
    if (isParked) onParked(row);
  }

  /** Everything fails: nothing more is tried but a probe now and then. */
  paused(error: unknown): void {
    const { logger, context, subscription, onStalled } = this.#parts;
    const { code, message } = describeError(error);
    logger.log({ level: 'error', event: 'paused', context, subscription, code, message });
    onStalled(subscription, message);
  }

  resumed(): void {
    const { logger, context, subscription } = this.#parts;
    logger.log({ level: 'info', event: 'resumed', context, subscription });
  }

  /** The store fails. */
  trouble(error: unknown): void {
    const { logger, context, subscription } = this.#parts;
    const { code, message } = describeError(error);
    logger.log({ level: 'error', event: 'trouble', context, subscription, code, message });
  }

  /** Somebody else does it from now on. */
  lost(why: string): void {
    this.#parts.onStalled(this.#parts.subscription, why);
  }
}

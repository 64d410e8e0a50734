import type { CancelTimer, Clock } from '../host/clock.ts';
import type { Log } from '../log/log.ts';
import { describeError } from '../subscription/failure.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Messages and commands are recognised for so long, unless configured otherwise: 30 days. */
export const DEDUPE_WINDOW_MS = 30 * 24 * 60 * 60 * 1_000;
/** The first look back comes after the start has been got over. */
const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 60 * 60 * 1_000;

/**
 * Keeps what is remembered against repetition bounded: once an hour, the ids of messages and
 * commands older than the window are forgotten. The log then sets aside whatever is older than
 * that, rather than guessing whether it was there before.
 */
export class DedupeWindow {
  readonly #parts: DedupeWindowParts;
  #cancel: CancelTimer = () => undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: DedupeWindowParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#lookAfter(FIRST_LOOK_MS);
  }

  async stop(): Promise<void> {
    this.#cancel();
    await this.#looking;
    this.#cancel();
  }

  #lookAfter(delayMs: number): void {
    this.#cancel = this.#parts.clock.after(delayMs, () => {
      this.#looking = this.#look();
    });
  }

  async #look(): Promise<void> {
    const { log, clock, logger, windowMs } = this.#parts;
    try {
      await log.forget(clock.now() - windowMs);
    } catch (error) {
      // Nothing is lost by remembering for longer; the next look comes in an hour.
      const { code, message } = describeError(error);
      const about = 'forgetting what is older than the dedupe window';
      logger.log({ level: 'warn', event: 'trouble', context: log.context, about, code, message });
    }
    this.#lookAfter(LOOK_EVERY_MS);
  }
}

export interface DedupeWindowParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In milliseconds. */
  readonly windowMs: number;
}

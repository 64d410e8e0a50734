import type { CancelTimer, Clock } from '../host/clock.ts';
import type { Log } from '../log/log.ts';
import type { KeptRecords, Retained } from '../log/retention.ts';
import { describeError } from '../subscription/failure.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The first look comes after the start has been got over. */
const FIRST_LOOK_MS = 30_000;
const LOOK_EVERY_MS = 5 * 60_000;

/**
 * Keeps a log as short as its store was told to: every five minutes, what is old enough and needed
 * by nobody is dropped, and what is old enough and still needed is told, once as long as nothing
 * about it changes.
 */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #told = new Map<string, string>();
  #cancel: CancelTimer = () => undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: RetentionParts) {
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
    const { log, logger } = this.#parts;
    const { context } = log;
    try {
      this.#tell(await this.#parts.retain());
    } catch (error) {
      // Nothing is lost by keeping it for longer; the next look comes in five minutes.
      const { code, message } = describeError(error);
      const about = 'dropping messages that are not to be kept';
      logger.log({ level: 'warn', event: 'trouble', context, about, code, message });
    }
    this.#lookAfter(LOOK_EVERY_MS);
  }

  #tell({ dropped, kept }: Retained): void {
    const { log, logger } = this.#parts;
    const { context } = log;
    for (const { direction, upTo, count } of dropped) {
      const facts = { direction, position: upTo, count };
      logger.log({ level: 'info', event: 'records-dropped', context, ...facts });
    }
    for (const records of kept) this.#tellKept(records);
  }

  #tellKept({ direction, upTo, neededBy, position }: KeptRecords): void {
    const { log, logger } = this.#parts;
    const said = `${neededBy} ${position}`;
    if (this.#told.get(direction) === said) return;
    this.#told.set(direction, said);
    const message = `records up to ${upTo} are old enough to go, and kept for ${neededBy}, at ${position}`;
    const facts = { direction, position: upTo, message };
    logger.log({ level: 'info', event: 'records-kept', context: log.context, ...facts });
  }
}

export interface RetentionParts {
  readonly log: Pick<Log, 'context'>;
  readonly retain: () => Promise<Retained>;
  readonly clock: Clock;
  readonly logger: Logger;
}

import { isNotYet } from '../reaction/tools.ts';
import type { Workplace } from '../context/unit.ts';
import type { WaitingKind, WaitingRow } from '../log/waiting-row.ts';
import { type Answer, type Batch, type Collect, Pending } from './batch.ts';
import type { Circuit } from './circuit.ts';
import type { Entry } from './entry.ts';
import { describeError, mayRetry } from './failure.ts';
import { KEYS_UNKNOWN } from './keys-unknown.ts';
import { newRow } from './new-row.ts';
import { type RetryPolicy, retryDelayMs } from './retry-policy.ts';
import type { SubscriptionDefinition } from './subscription-definition.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** A handler that waits is given so many turns of the microtask queue before the next one begins. */
const MICROTASKS_MAX = 100;
/** After this time a handler that still runs goes on beside the batch, in the waiting room. */
const SLOW_MS = 100;
/** What comes behind others of its key in a batch is begun within this time, or waits, too. */
const BEHIND_MS = 500;
/** What answered `notYet` is asked once more after this time; from then on it is looked out for. */
const FIRST_NOT_YET_MS = 20;

/**
 * Handles the records of a batch, each for its keys: what a handler wants to change goes into the
 * batch's unit, what cannot be done now becomes a row of the batch.
 */
export class RecordHandling {
  readonly #parts: RecordHandlingParts;

  constructor(parts: RecordHandlingParts) {
    this.#parts = parts;
  }

  async handle(entry: Entry, batch: Batch): Promise<void> {
    let keys: readonly string[];
    try {
      keys = this.#parts.definition.keysOf(entry.event, entry.stored);
    } catch (error) {
      const { key } = entry.stored;
      return this.#parts.isOurs(key)
        ? this.#fail(entry, key, batch, error, KEYS_UNKNOWN)
        : undefined;
    }
    for (const key of keys) {
      if (!this.#parts.isOurs(key)) continue;
      const running = this.#handleKey(entry, key, batch);
      if (running !== undefined) await running;
    }
  }

  /**
   * Waits for the handlers that did not end at once, and then handles what came behind them. What is
   * not over after a moment becomes a row of its own, so that nobody waits for it.
   */
  async awaitPending(batch: Batch): Promise<void> {
    if (batch.pending.length === 0) return;
    const { clock } = this.#parts.workplace.host;
    const endMs = clock.elapsedMs() + BEHIND_MS;
    while (batch.pending.length > 0) {
      await this.#awaitSome(batch.pending);
      const pendings = batch.pending;
      batch.pending = [];
      for (const pending of pendings) await this.#endOrWait(pending, batch);
      const behind = batch.behind;
      batch.behind = [];
      const isOver = clock.elapsedMs() >= endMs || this.#parts.circuit.isOpen;
      for (const { entry, key } of behind) {
        // Behind one that is under way again it comes once more, whatever the time.
        if (isOver && !batch.busy.has(key))
          batch.wait(this.#row(entry, key, batch.blocked.has(key) ? 'held' : 'retry'));
        else await this.#handleKey(entry, key, batch);
      }
    }
  }

  /** Until all of them have ended, or for a moment. */
  async #awaitSome(pendings: readonly Pending[]): Promise<void> {
    const { clock } = this.#parts.workplace.host;
    const enough = Promise.withResolvers<void>();
    const cancel = clock.after(SLOW_MS, enough.resolve);
    const all = Promise.allSettled(pendings.map(({ running }) => running));
    await Promise.race([all, enough.promise]);
    cancel();
  }

  async #endOrWait(pending: Pending, batch: Batch): Promise<void> {
    const { entry, key, running, result } = pending;
    batch.busy.delete(key);
    if (result !== undefined) return this.#end(pending, result, batch);
    const row = this.#row(entry, key, 'retry');
    batch.underWay.set(row.recordId + row.key, running);
    batch.wait(row);
  }

  /** Answers with a promise only when there is something to wait for: most read models never wait. */
  #handleKey(entry: Entry, key: string, batch: Batch): Promise<void> | void {
    const { definition, room } = this.#parts;
    const { handle } = definition;
    if (handle === undefined) return batch.wait(this.#row(entry, key, 'effect'));
    if (room.has(key) || batch.blocked.has(key)) return batch.wait(this.#row(entry, key, 'held'));
    if (batch.busy.has(key)) return void batch.behind.push({ entry, key });
    try {
      const answer = handle(entry, key, batch.unit);
      if (answer instanceof Promise) return this.#handleWaiting(entry, key, batch, answer);
      return this.#take(entry, key, batch, answer);
    } catch (error) {
      this.#fail(entry, key, batch, error);
    }
  }

  /** A handler that waits for nothing real ends within microtasks; others go on side by side. */
  async #handleWaiting(
    entry: Entry,
    key: string,
    batch: Batch,
    running: Promise<Answer>,
  ): Promise<void> {
    const pending = new Pending(entry, key, running);
    for (let turn = 0; turn < MICROTASKS_MAX; turn += 1) {
      if (pending.result !== undefined) return this.#end(pending, pending.result, batch);
      await Promise.resolve();
    }
    batch.busy.add(key);
    batch.pending.push(pending);
  }

  #end(pending: Pending, result: PromiseSettledResult<Answer>, batch: Batch): Promise<void> | void {
    const { entry, key } = pending;
    if (result.status === 'rejected') return this.#fail(entry, key, batch, result.reason);
    return this.#take(entry, key, batch, result.value);
  }

  #take(entry: Entry, key: string, batch: Batch, answer: Answer): Promise<void> | void {
    if (isNotYet(answer)) return this.#notYet(entry, key, batch, answer.reason);
    if (typeof answer === 'function') return this.#collect(entry, key, batch, answer);
    if (answer === batch.unit || batch.unit.merge(answer)) return this.#parts.onSuccess();
    // Another record of this batch has moved what it was decided on: again, on what is now.
    return this.#handleKey(entry, key, batch);
  }

  #collect(entry: Entry, key: string, batch: Batch, collect: Collect): void {
    try {
      collect(batch.unit);
      this.#parts.onSuccess();
    } catch (error) {
      this.#fail(entry, key, batch, error);
    }
  }

  #notYet(entry: Entry, key: string, batch: Batch, reason: string): void {
    const row = this.#row(entry, key, 'retry');
    const error = { name: 'NotYet', code: 'not-yet', message: reason, stack: null };
    batch.wait({ ...row, due: row.since + FIRST_NOT_YET_MS, error });
  }

  #fail(
    entry: Entry,
    key: string,
    batch: Batch,
    error: unknown,
    payload: string | null = null,
  ): void {
    const { workplace, retry, circuit, onOutage } = this.#parts;
    const isOver = !mayRetry(error) || (retry.attemptsMax <= 1 && !circuit.isOpen);
    const row = this.#row(entry, key, isOver ? 'parked' : 'retry');
    if (row.kind === 'retry' && circuit.failed(key, row.since)) onOutage(error);
    const retryAt = circuit.isOpen
      ? circuit.probeAt(row.since)
      : row.since + retryDelayMs(retry, 1, workplace.host.randomness);
    const due = row.kind === 'parked' ? 0 : retryAt;
    batch.wait({ ...row, attempts: 1, due, error: describeError(error), payload });
  }

  #row(entry: Entry, key: string, kind: WaitingKind): WaitingRow {
    const { definition, workplace } = this.#parts;
    return newRow(definition.name, entry.stored, { key, kind, now: workplace.host.clock.now() });
  }
}

export interface RecordHandlingParts {
  readonly definition: SubscriptionDefinition;
  readonly workplace: Workplace;
  readonly room: Pick<WaitingRoom, 'has'>;
  /** Whether a key is among those that are handled here, and not by another owner of slots. */
  readonly isOurs: (key: string) => boolean;
  readonly circuit: Circuit;
  readonly retry: RetryPolicy;
  readonly onSuccess: () => void;
  /** Called when this failure was one too many: from now on only probes are made. */
  readonly onOutage: (error: unknown) => void;
}

import type { Committer } from '../log/committer.ts';
import type { Host } from '../host/host.ts';
import type { Log } from '../log/log.ts';
import type { NewRecord } from '../log/record.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Operation, WriteSet } from '../log/write-set.ts';
import { FencedError } from '../subscription/fenced.ts';
import type { SubscriptionHooks } from '../subscription/news.ts';
import { describeError } from '../subscription/failure.ts';
import type { OwnedRange } from '../subscription/owned-range.ts';
import { Wake } from '../subscription/wake.ts';
import type { Logger } from '../telemetry/logger.ts';
import { fire, fireByHand } from './fire-timer.ts';
import type { TimeSource } from './time-source.ts';
import { RECURRING_TIMERS } from './timer-row.ts';

/** So many timers that are due become records in one commit. */
const BATCH_MAX = 256;
/** When the store fails it is left alone for a moment. */
const STORE_PAUSE_MS = 250;
/** So many rows may one key have: a process has few timers. */
const ROWS_MAX = 10_000;
const NEVER = Number.MAX_SAFE_INTEGER;
/** It must be looked. */
const UNKNOWN = Number.NEGATIVE_INFINITY;

/**
 * The timers of one context that are measured by one time. Each is a waiting row that becomes a
 * record when it is due: its row goes and its record comes in one commit, in the order in which
 * they are due, so each fires once, whatever ends in between. At once after having been down.
 *
 * - asleep: the next one is known, and nothing is asked until it is due or an earlier one is set. A
 *   million that wait are no work.
 * - firing: what is due is read in pages and appended, until nothing is due.
 * - lost: somebody else owns them now; this one does nothing any more.
 */
export class Timers {
  readonly name: string;
  readonly #parts: TimersParts;
  readonly #wake = new Wake();
  readonly #stopping = new AbortController();
  readonly #stops: (() => void)[] = [];
  /** No timer is due before this, as far as is known. */
  #next = UNKNOWN;
  /** When the earliest is due of those that were set since the store was asked. */
  #heard = NEVER;
  #isAsleep = false;
  #problem: unknown;
  #loop: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: TimersParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  start(): void {
    const { committer, log } = this.#parts;
    this.#stops.push(
      committer.onCommitted((writeSet) => this.#hear(writeSet)),
      committer.onDoubt(() => this.#lookAgain()),
      log.onChange((by) => by === 'foreign' && this.#lookAgain()),
    );
    this.#loop = this.#run();
  }

  /** Why none fires, as long as none does. */
  get problem(): unknown {
    return this.#problem;
  }

  /** Whether they fire in another process by now. */
  get isLost(): boolean {
    return this.#problem instanceof FencedError;
  }

  /** Whether nothing is due that has not fired. */
  get isIdle(): boolean {
    return this.#isAsleep && this.#next > this.#parts.time.now();
  }

  /** Whether the time has come for what is due then. */
  hasCome(due: number): boolean {
    return due <= this.#parts.time.now();
  }

  /** No timer is due before this; undefined when none waits. */
  get nextDue(): number | undefined {
    return this.#next === NEVER ? undefined : this.#next;
  }

  /**
   * Lets a timer fire now, or takes it away, as a person has decided: in one commit with the request by
   * which that was asked for. Of what recurs the next time stays. False: it is not there any more.
   */
  decide(timer: WaitingKey, decision: TimerDecision): Promise<boolean> {
    return this.#inTurn(() => this.#decide(timer, decision));
  }

  async #decide({ key, recordId }: WaitingKey, decision: TimerDecision): Promise<boolean> {
    const { context, host, log, name: subscription, time, range } = this.#parts;
    const { to, request, operation } = decision;
    const rows = await log.waiting({ subscription, kinds: ['timer'], key, limit: ROWS_MAX });
    const row = rows.find((each) => each.recordId === recordId);
    if (row === undefined) return false;
    const records: NewRecord[] = [];
    if (to === 'fire') {
      const where = { context, ids: host.ids, now: host.clock.now() };
      const record = fireByHand(row, { id: request.recordId, now: time.now(), where });
      // One that was set again after it had fired is only taken away.
      if (record !== undefined && (await log.recordsById([record.id])).length === 0)
        records.push(record);
    }
    const isKept = to === 'fire' && subscription === RECURRING_TIMERS;
    const done = isKept ? [request] : [row, request];
    const isCommitted = await range.commit({ records, done, operations: [operation] });
    if (!isCommitted) throw new UnexpectedOutcomeError(context, 'conflict');
    return true;
  }

  /** What fires by its time and what a person decides must see each other's outcome. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Fires nothing more; what is being committed comes to its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const stop of this.#stops.splice(0)) stop();
    this.#wake.ring();
    await this.#loop;
    await this.#turn;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#next <= this.#parts.time.now()) await this.#inTurn(() => this.#fireDue());
        else await this.#sleep();
        this.#problem = undefined;
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  /** Those that are due now, or else when the next one is. */
  async #fireDue(): Promise<void> {
    const { log, name: subscription, time } = this.#parts;
    const asked = { subscription, kinds: ['timer' as const] };
    // Before it is asked: one that is set meanwhile is heard of, and must not be forgotten.
    this.#heard = NEVER;
    try {
      const now = time.now();
      const due = await log.waiting({ ...asked, dueBefore: nextUp(now), limit: BATCH_MAX });
      if (due.length > 0) {
        await this.#fire(due);
        this.#next = Math.min(this.#heard, now);
        return;
      }
      const [next] = await log.waiting({ ...asked, dueBefore: NEVER, limit: 1 });
      this.#next = Math.min(this.#heard, next?.due ?? NEVER);
    } catch (error) {
      this.#next = UNKNOWN;
      throw error;
    }
  }

  async #fire(due: readonly WaitingRow[]): Promise<void> {
    const { context, host, log } = this.#parts;
    // One may have been set again after it had fired, by somebody whose answer was lost.
    const before = await log.recordsById(due.map(({ recordId }) => recordId));
    const known = new Set(before.map(({ id }) => id));
    const where = { context, ids: host.ids, now: host.clock.now() };
    const fired = due.filter(({ recordId }) => !known.has(recordId)).map((row) => fire(row, where));
    await this.#parts.range.commit({
      records: fired.flatMap(({ record }) => record ?? []),
      waiting: fired.flatMap(({ next }) => next ?? []),
      done: due,
    });
  }

  async #sleep(): Promise<void> {
    const { time, onChange } = this.#parts;
    const cancel =
      this.#next === NEVER ? undefined : time.when(this.#next, () => this.#wake.ring());
    this.#isAsleep = true;
    onChange();
    await this.#wake.sleep();
    this.#isAsleep = false;
    cancel?.();
  }

  #hear({ waiting = [] }: WriteSet): void {
    for (const row of waiting) {
      if (row.kind !== 'timer' || row.subscription !== this.#parts.name) continue;
      this.#heard = Math.min(this.#heard, row.due);
      if (row.due >= this.#next) continue;
      this.#next = row.due;
      this.#wake.ring();
    }
  }

  #lookAgain(): void {
    this.#next = this.#heard = UNKNOWN;
    this.#wake.ring();
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { context, name, logger, onStalled, host } = this.#parts;
    this.#problem = error;
    const { code, message } = describeError(error);
    logger.log({ level: 'error', event: 'trouble', context, subscription: name, code, message });
    if (error instanceof FencedError) {
      this.#stopping.abort();
      onStalled(name, message);
    } else await host.clock.sleep(STORE_PAUSE_MS, this.#stopping.signal);
  }
}

/** What a person decided about a timer, and the request by which it was asked for. */
export interface TimerDecision {
  readonly to: 'fire' | 'cancel';
  readonly request: WaitingKey;
  readonly operation: Operation;
}

/** A time that is later than this one, and than no other. */
function nextUp(now: number): number {
  return Math.floor(now) + 1;
}

export interface TimersParts extends Pick<SubscriptionHooks, 'onStalled'> {
  /** The name that their rows wait under. */
  readonly name: string;
  readonly context: string;
  readonly time: TimeSource;
  readonly log: Log;
  readonly committer: Committer;
  readonly host: Host;
  readonly logger: Logger;
  /** Claimed by whoever starts them: who was taken over fires nothing more. */
  readonly range: OwnedRange;
  /** Called whenever they may have become idle. */
  readonly onChange: () => void;
}

import assert from 'node:assert/strict';
import { type Collected, Unit, type Workplace } from '../context/unit.ts';
import type { Committer } from '../log/committer.ts';
import { findOutcome } from '../log/find-outcome.ts';
import type { Log } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Fence, Operation, WriteSet } from '../log/write-set.ts';
import type { Fact, Recorded } from '../message/fact.ts';
import type { Lacking } from '../reaction/looked-at.ts';
import { isNotYet } from '../reaction/tools.ts';
import { StoppingError } from '../reaction/under-way.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Answer, Batch, type Collect, Pending } from './batch.ts';
import { Circuit } from './circuit.ts';
import { dealAnew } from './deal-anew.ts';
import { Entry } from './entry.ts';
import { describeError, mayRetry } from './failure.ts';
import { FencedError, RecordGoneError } from './fenced.ts';
import type { Interest } from './interest.ts';
import { KEYS_UNKNOWN, mayBeOfAnyKey } from './keys-unknown.ts';
import { Quiet } from './quiet.ts';
import { RETRY_POLICY, type RetryPolicy, retryDelayMs } from './retry-policy.ts';
import { SLOTS, slotOf } from './slot.ts';
import type { Page, TailReader } from './tail-reader.ts';
import { TakenUpAgainError } from './taken-up-again.ts';
import { WaitingRoom } from './waiting-room.ts';
import { Wake } from './wake.ts';

/** Records handled, at most, before they are committed together. */
const BATCH_MAX = 256;
/** A checkpoint that only passes records of no interest is written when it is so far behind. */
const LAZY_MAX = 1_000;
/** … or when nothing came for so long, so that after a kill little is read again. */
const QUIET_MS = 1_000;
/** So many rows may wait for one subscription; then it takes nothing more until some are done. */
export const ROWS_MAX = 50_000;
/** More than `ROWS_MAX`, by what the last batch before it adds. */
const WAITING_MAX = 1_000_000;
/** A handler that waits is given so many turns of the microtask queue before the next one begins. */
const MICROTASKS_MAX = 100;
/** After this time a handler that still runs goes on beside the batch, in the waiting room. */
const SLOW_MS = 100;
/** So many handlers may go on beside their batch; then nothing more is taken until some end. */
const UNDER_WAY_MAX = 256;
/** What answered `notYet` is asked once more after this time; from then on it is looked out for. */
const FIRST_NOT_YET_MS = 20;
/** When the store fails it is left alone for a moment. */
const STORE_PAUSE_MS = 250;
/** While it is not known what became of a commit, whoever wants to hold it looks so often. */
const HOLD_LOOK_MS = 20;

/** What a person decided about a parked row. */
export interface Decision {
  readonly to: 'retry' | 'gone';
  readonly operation: Operation;
}

/** What a subscription does, and how: one for each reaction, effect and read-model version. */
export interface SubscriptionDefinition {
  readonly name: string;
  readonly interest: Interest;
  /** `storedKey` is the key that the record was written with. */
  readonly keysOf: (event: Recorded<Fact>, storedKey: string) => readonly string[];
  readonly fingerprint: string;
  /**
   * Whether what waits stays under the key it was dealt to when `keysOf` answers otherwise later:
   * where a key says what is changed, as that of a document does. Default: it is dealt anew.
   */
  readonly keepsKeys?: boolean;
  readonly retry?: Partial<RetryPolicy>;
  readonly concurrency?: number;
  readonly notYetMs?: number;
  /** Default 256. */
  readonly batchMax?: number;
  /**
   * Handles one record for one key: what it wants to change is in the unit it answers with, either
   * `base` itself or a new one over it. Undefined: nothing is done now, the record becomes a row
   * of kind `effect`, for `perform`.
   */
  readonly handle:
    | ((entry: Entry, key: string, base: Unit) => Answer | Promise<Answer>)
    | undefined;
  /**
   * Does what a waiting row stands for, outside any transaction. What it answers with collects
   * what came of it, and may be called again after a conflict. Default: `handle`.
   */
  readonly perform?: (entry: Entry, row: WaitingRow) => Promise<() => Answer | Promise<Answer>>;
}

/**
 * A named reader of a log with a checkpoint. It reads in position order, deals by its own key, and
 * commits what a batch wants to change together with the checkpoint: after a restart nothing is
 * lost and nothing is done twice.
 *
 * A record that fails costs only itself: it becomes a waiting row in the same commit that moves
 * the checkpoint past it, and what follows under its key is held behind it.
 */
export class Subscription {
  readonly name: string;
  readonly room: WaitingRoom;
  readonly #definition: SubscriptionDefinition;
  readonly #parts: SubscriptionParts;
  readonly #retry: RetryPolicy;
  readonly #circuit = new Circuit();
  readonly #wake = new Wake();
  readonly #quiet: Quiet;
  readonly #stopping = new AbortController();
  /** Handlers that go on beside their batch, by their waiting row. */
  readonly #underWay = new Map<string, UnderWay>();
  #epoch = 0;
  #cursor = 0;
  #persisted = 0;
  #isHandling = false;
  #isAsleep = false;
  /** Whether the checkpoint is to follow now, as nothing came for a while. */
  #isQuiet = false;
  /** Whether a commit may have moved the checkpoint without our knowing. */
  #isUnsure = false;
  /** Whether a decision may have been committed without our knowing. */
  #areRowsUnsure = false;
  #pausedWhy: string | undefined;
  #lostWhy: string | undefined;
  /** It goes no further than this. */
  #until: number | undefined;
  #loop: Promise<void> | undefined;
  readonly #toDeal: ToDeal[] = [];
  #deciding: Promise<unknown> = Promise.resolve();
  #stopListening = (): void => undefined;

  constructor(definition: SubscriptionDefinition, parts: SubscriptionParts) {
    this.name = definition.name;
    this.#definition = definition;
    this.#parts = parts;
    this.#retry = { ...RETRY_POLICY, ...definition.retry };
    this.#quiet = new Quiet(parts.workplace.host.clock, QUIET_MS, () => {
      this.#isQuiet = true;
      this.#wake.ring();
    });
    this.room = new WaitingRoom({
      clock: parts.workplace.host.clock,
      randomness: parts.workplace.host.randomness,
      retry: this.#retry,
      circuit: this.#circuit,
      concurrency: definition.concurrency ?? 16,
      notYetMs: definition.notYetMs ?? 86_400_000,
      perform: (row) => this.#performRow(row),
      save: (row) => this.#saveRow(row),
      onCircuit: (state, error) => this.#circuitChanged(state, error),
      onChange: () => this.#roomChanged(),
    });
  }

  /** Takes over the checkpoint, and begins. `position` counts only for a new subscription. */
  async start(position: number): Promise<void> {
    const { log, tail, owner } = this.#parts;
    const checkpoint = await log.claim({
      subscription: this.name,
      firstSlot: 0,
      lastSlot: SLOTS - 1,
      owner,
      fingerprint: this.#definition.fingerprint,
      position,
    });
    this.#epoch = checkpoint.epoch;
    this.#cursor = this.#persisted = checkpoint.position;
    this.room.start(await this.#waitingAsDealt());
    this.#stopListening = tail.onMove(() => this.#hear());
    this.#loop = this.#run();
  }

  /** What waits, by the keys of today: code of another day may have dealt it otherwise. */
  async #waitingAsDealt(): Promise<readonly WaitingRow[]> {
    const { log, workplace } = this.#parts;
    const { keysOf, keepsKeys } = this.#definition;
    const written = await log.waiting({ subscription: this.name, limit: WAITING_MAX });
    if (keepsKeys === true) return written;
    const { rows, change } = await dealAnew(written, log, (stored) =>
      keysOf(new Entry(workplace.vocabulary, stored).event, stored.key),
    );
    if (change !== undefined) await this.#commit({ ...change, fences: [this.#fence()] });
    return rows;
  }

  /** The position up to which every record is done, or waits in its own row. */
  get position(): number {
    return this.#cursor;
  }

  /** How many positions it is behind. */
  get lag(): number {
    return Math.max(0, this.#parts.tail.head - this.#cursor);
  }

  /** Why it takes nothing, when it does not. */
  get stalledWhy(): string | undefined {
    if (this.#isStopping) return this.#lostWhy ?? 'stopped';
    if (this.#circuit.isOpen) return 'everything fails; probing';
    if (this.room.size >= ROWS_MAX) return `${ROWS_MAX} rows wait; redrive or discard some`;
    return this.#pausedWhy;
  }

  /** Whether somebody else owns it now: what it knows may be over. */
  get isLost(): boolean {
    return this.#lostWhy !== undefined;
  }

  /** Whether it has done everything there is, but for what waits for a person. */
  get isIdle(): boolean {
    const { tail } = this.#parts;
    const isDone = this.#cursor >= tail.head && tail.isUpToDate;
    return isDone && !this.#isHandling && !this.#isUnsure && this.room.isIdle;
  }

  /** Whether something waits for what may move, having answered `notYet`. */
  get isLookingOut(): boolean {
    return this.room.isLookingOut;
  }

  /** Something happened that a `notYet` may have waited for. */
  moved(topics: ReadonlySet<string>): void {
    this.room.moved(topics);
  }

  pause(why: string): void {
    this.#pausedWhy = why;
    this.room.pause();
  }

  resume(): void {
    this.#pausedWhy = undefined;
    this.room.resume();
    this.#wake.ring();
  }

  /**
   * Handles nothing while `work` runs; what is under way is finished first, and what became of a
   * commit whose answer was lost is known, unless `signal` aborts before.
   */
  async holdWhile<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock } = this.#parts.workplace.host;
    this.#until = this.#cursor;
    try {
      while ((this.#isHandling || this.#isUnsure) && !this.#isStopping && !signal.aborted)
        await (this.#isUnsure ? clock.sleep(HOLD_LOOK_MS, signal) : clock.turn());
      this.#until = this.#cursor;
      return await work();
    } finally {
      this.#until = undefined;
      this.#wake.ring();
    }
  }

  /** Goes no further than this position. */
  goUpTo(position: number): void {
    if (this.#until === position) return;
    this.#until = position;
    this.#wake.ring();
  }

  /**
   * Commits a person's decision about a parked row, for the audit trail too. False: it is not
   * parked any more, somebody else has decided before.
   */
  decide(row: WaitingRow, decision: Decision): Promise<boolean> {
    return this.#inTurn(() => this.#decide(row, decision));
  }

  /** Of two decisions about one row the second must see the first, and the rows as they are. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#deciding.then(work);
    this.#deciding = done.catch(() => undefined);
    return done;
  }

  async #decide(row: WaitingRow, decision: Decision): Promise<boolean> {
    const { to, operation } = decision;
    if (this.room.find(row)?.kind !== 'parked') return false;
    const now = this.#parts.workplace.host.clock.now();
    const kind = this.#definition.handle === undefined ? 'effect' : 'retry';
    // Behind another one of its key, which it may be after a new dealing, it waits for its turn.
    const isFirst = this.room.first(row.key)?.recordId === row.recordId;
    const again: WaitingRow = {
      ...row,
      kind: isFirst || kind === 'effect' ? kind : 'held',
      due: 0,
      attempts: 0,
      since: now,
      // Not what it was parked with: whatever it says from now on is of its new life.
      error: null,
    };
    try {
      await this.#commit({
        operations: [operation],
        ...(to === 'gone' ? { done: [row] } : { waiting: [again] }),
        fences: [this.#fence()],
      });
    } catch (error) {
      // Whoever decided is told; what became of it the log must say, or its key would wait for ever.
      this.#isUnsure = this.#areRowsUnsure = true;
      this.#wake.ring();
      throw error;
    }
    if (to === 'gone') this.room.remove(row);
    else this.room.replace(again);
    return true;
  }

  /** Stops taking, finishes what is under way, writes its checkpoint. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopListening();
    this.#quiet.stop();
    this.room.giveUp();
    this.#wake.ring();
    await this.#loop;
    for (const { reject } of this.#toDeal.splice(0)) reject(new StoppingError());
    // What goes on beside its batch is finished, too; what fails now is done again at the next start.
    const goingOn = [...this.#underWay.values()];
    await Promise.allSettled(goingOn.map(({ row }) => this.#performRow(row)));
    await this.room.stop();
    if (this.#cursor > this.#persisted) await this.#saveCheckpoint().catch(() => undefined);
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        if (this.#isUnsure) await this.#takeUpAgain();
        for (const next of this.#toDeal.splice(0)) await this.#deal(next);
        const page = await this.#nextPage();
        if (page !== undefined) await this.#handlePage(page);
        else if (this.#isQuiet) await this.#followQuietly();
        else await this.#sleep();
      } catch (error) {
        await this.#afterFailure(error);
      } finally {
        this.#isHandling = false;
      }
    }
  }

  async #afterFailure(error: unknown): Promise<void> {
    if (error instanceof FencedError) return this.#lost(error);
    this.#isUnsure = true;
    await this.#storeFailed(error);
  }

  /**
   * A commit has failed, perhaps only by its answer: before anything is handled again the log must
   * say where the checkpoint stands. If it was moved, it goes on from there, with the rows that
   * were written with it.
   */
  async #takeUpAgain(): Promise<void> {
    const { log } = this.#parts;
    const own = (await log.checkpoints()).find((each) => each.subscription === this.name);
    if (own?.epoch !== this.#epoch) throw new FencedError(this.name);
    if (own.position !== this.#persisted || this.#areRowsUnsure) {
      await this.#inTurn(() => this.#takeUpRows());
      // It may stand before the cursor, which passes what is of no interest without being written.
      this.#cursor = Math.max(this.#cursor, own.position);
      this.#persisted = own.position;
    }
    this.#isUnsure = this.#areRowsUnsure;
  }

  async #takeUpRows(): Promise<void> {
    const stopped = this.room.stop();
    for (const { reject } of this.#toDeal.splice(0)) reject(new TakenUpAgainError(this.name));
    await stopped;
    const { log } = this.#parts;
    this.room.start(await log.waiting({ subscription: this.name, limit: WAITING_MAX }));
    this.#areRowsUnsure = false;
  }

  #nextPage(): Page | Promise<Page> | undefined {
    this.room.probeOrClose();
    if (this.stalledWhy !== undefined || this.#underWay.size >= UNDER_WAY_MAX) return undefined;
    const { tail } = this.#parts;
    const limit = this.#definition.batchMax ?? BATCH_MAX;
    const until = this.#until ?? tail.head;
    if (this.#cursor >= until) return undefined;
    const page = tail.page(this.#cursor, limit, this.#definition.interest);
    this.#isHandling = page !== undefined;
    return page instanceof Promise
      ? page.then((read) => cut(read, until))
      : page && cut(page, until);
  }

  async #sleep(): Promise<void> {
    // Also after a commit of it has failed: then it is due again.
    if (this.#cursor > this.#persisted && !this.#isStopping) this.#quiet.moved();
    this.#parts.onChange();
    this.#isAsleep = true;
    await this.#wake.sleep();
    this.#isAsleep = false;
  }

  /** The log has grown. What is of no interest is passed without waking up. */
  #hear(): void {
    const { tail } = this.#parts;
    const news = this.#isAsleep && this.#until === undefined ? tail.since(this.#cursor) : undefined;
    const isOfInterest =
      news === undefined ||
      this.stalledWhy !== undefined ||
      tail.head - this.#persisted >= LAZY_MAX ||
      news.some((entry) => this.#definition.interest.wants(entry.stored));
    if (isOfInterest) return this.#wake.ring();
    this.#cursor = tail.head;
    this.#quiet.moved();
  }

  async #handlePage(page: Page): Promise<void> {
    const wanted = page.entries.filter((entry) => this.#definition.interest.wants(entry.stored));
    if (wanted.length === 0) await this.#pass(page.upTo);
    else if (!(await this.#tryBatch(wanted, page.upTo))) await this.#oneByOne(wanted, page.upTo);
  }

  /** Nothing of interest: the checkpoint follows lazily. */
  async #pass(upTo: number): Promise<void> {
    this.#cursor = upTo;
    if (upTo - this.#persisted >= LAZY_MAX) await this.#saveCheckpoint();
  }

  /** Between two pages, like any other move: nothing else can be about to move it. */
  async #followQuietly(): Promise<void> {
    this.#isQuiet = false;
    if (this.#cursor > this.#persisted) await this.#saveCheckpoint();
  }

  async #saveCheckpoint(): Promise<void> {
    await this.#commitMove({ isRepeatable: true }, this.#cursor);
  }

  /** After a conflict each record is committed alone, so that the loser is only one of them. */
  async #oneByOne(wanted: readonly Entry[], upTo: number): Promise<void> {
    for (const [index, entry] of wanted.entries()) {
      const to = index === wanted.length - 1 ? upTo : entry.position;
      while (this.#cursor < to && !this.#isStopping && this.stalledWhy === undefined)
        await this.#tryBatch([entry], to);
    }
  }

  /** Handles records and commits them with the checkpoint. False: a conflict, do it again. */
  async #tryBatch(entries: readonly Entry[], upTo: number): Promise<boolean> {
    const batch = new Batch(this.#parts.workplace, this.#cursor);
    for (const entry of entries) {
      if (this.#circuit.isOpen || this.#isStopping) break;
      await this.#handleEntry(entry, batch);
      batch.reached = entry === entries.at(-1) ? upTo : entry.position;
    }
    if (batch.pending.length > 0) await this.#awaitPending(batch);
    if (batch.reached === this.#cursor) return true;
    return this.#commitBatch(batch);
  }

  async #commitBatch(batch: Batch): Promise<boolean> {
    const waiting = batch.rowsInOrder();
    const isCommitted = await batch.unit.commit((collected) => {
      // Documents and effects to perform follow from records that are on disk.
      const isRepeatable = collected.records.length === 0;
      return this.#commitMove({ ...collected, waiting, isRepeatable }, batch.reached);
    }, Boolean);
    if (!isCommitted) {
      batch.unit.dropStates();
      return false;
    }
    this.#cursor = batch.reached;
    batch.unit.keepStates();
    for (const row of waiting) {
      const running = batch.underWay.get(row.recordId + row.key);
      if (running !== undefined) this.#underWay.set(row.recordId + row.key, { row, running });
      this.room.add(row);
      this.#tell(row);
    }
    return true;
  }

  async #handleEntry(entry: Entry, batch: Batch): Promise<void> {
    let keys: readonly string[];
    try {
      keys = this.#definition.keysOf(entry.event, entry.stored.key);
    } catch (error) {
      return this.#fail(entry, entry.stored.key, batch, error, KEYS_UNKNOWN);
    }
    for (const key of keys) {
      const running = this.#handleKey(entry, key, batch);
      if (running !== undefined) await running;
    }
  }

  /** Answers with a promise only when there is something to wait for: most read models never wait. */
  #handleKey(entry: Entry, key: string, batch: Batch): Promise<void> | void {
    const { handle } = this.#definition;
    if (handle === undefined) return batch.wait(this.#row(entry, key, 'effect'));
    if (this.room.has(key) || batch.blocked.has(key))
      return batch.wait(this.#row(entry, key, 'held'));
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
    batch.blocked.add(key);
    batch.pending.push(pending);
  }

  /** What is not over after a moment becomes a row of its own, so that nobody waits for it. */
  async #awaitPending(batch: Batch): Promise<void> {
    const { clock } = this.#parts.workplace.host;
    const enough = new AbortController();
    const all = Promise.allSettled(batch.pending.map((pending) => pending.running));
    await Promise.race([all, clock.sleep(SLOW_MS, enough.signal)]);
    enough.abort();
    const pendings = batch.pending;
    batch.pending = [];
    for (const pending of pendings) {
      if (pending.result !== undefined) await this.#end(pending, pending.result, batch);
      else {
        const row = this.#row(pending.entry, pending.key, 'retry');
        batch.underWay.set(row.recordId + row.key, pending.running);
        batch.wait(row);
      }
    }
  }

  #end(pending: Pending, result: PromiseSettledResult<Answer>, batch: Batch): Promise<void> | void {
    const { entry, key } = pending;
    if (result.status === 'rejected') return this.#fail(entry, key, batch, result.reason);
    return this.#take(entry, key, batch, result.value);
  }

  #take(entry: Entry, key: string, batch: Batch, answer: Answer): Promise<void> | void {
    if (isNotYet(answer)) return this.#notYet(entry, key, batch, answer.reason);
    if (typeof answer === 'function') return this.#collect(entry, key, batch, answer);
    if (answer === batch.unit || batch.unit.merge(answer)) return this.#succeeded();
    // Another record of this batch has moved what it was decided on: again, on what is now.
    return this.#handleKey(entry, key, batch);
  }

  #collect(entry: Entry, key: string, batch: Batch, collect: Collect): void {
    try {
      collect(batch.unit);
      this.#succeeded();
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
    const { randomness } = this.#parts.workplace.host;
    const isOver = !mayRetry(error) || (this.#retry.attemptsMax <= 1 && !this.#circuit.isOpen);
    const row = this.#row(entry, key, isOver ? 'parked' : 'retry');
    if (row.kind === 'retry' && this.#circuit.failed(key, row.since))
      this.#circuitChanged('open', error);
    const retryAt = this.#circuit.isOpen
      ? this.#circuit.probeAt
      : row.since + retryDelayMs(this.#retry, 1, randomness);
    const due = row.kind === 'parked' ? 0 : retryAt;
    batch.wait({ ...row, attempts: 1, due, error: describeError(error), payload });
  }

  #succeeded(): void {
    const { clock } = this.#parts.workplace.host;
    if (this.#circuit.succeeded(clock.now())) this.#circuitChanged('closed', undefined);
  }

  #row(entry: Entry, key: string, kind: WaitingRow['kind']): WaitingRow {
    const now = this.#parts.workplace.host.clock.now();
    return {
      subscription: this.name,
      key,
      recordId: entry.stored.id,
      kind,
      position: entry.position,
      slot: slotOf(key),
      due: now,
      attempts: 0,
      error: null,
      correlationId: entry.stored.correlationId,
      since: now,
      payload: null,
    };
  }

  /** The waiting room's turn: does what a row stands for, and commits it with the row's end. */
  async #performRow(row: WaitingRow): Promise<Lacking | undefined> {
    const { handle, perform } = this.#definition;
    // Taken before anything is waited for: nobody else may take it up as well.
    let underWay = this.#underWay.get(row.recordId + row.key)?.running;
    this.#underWay.delete(row.recordId + row.key);
    const entry = await this.#entryOf(row);
    if (mayBeOfAnyKey(row)) return this.#dealLater(row, entry);
    const finish = underWay === undefined ? await perform?.(entry, row) : undefined;
    const again =
      finish ??
      ((): Answer | Promise<Answer> => {
        assert(handle !== undefined, `"${this.name}" neither handles nor performs`);
        return handle(entry, row.key, new Unit(this.#parts.workplace));
      });
    for (;;) {
      const answer = await (underWay ?? again());
      underWay = undefined;
      if (isNotYet(answer)) return answer;
      const unit = this.#unitOf(answer);
      const end = { done: [row], fences: [this.#fence()] };
      const save = (collected: Collected) => this.#commitSurely({ ...collected, ...end });
      if (await unit.commit(save, Boolean)) {
        unit.keepStates();
        return undefined;
      }
      unit.dropStates();
    }
  }

  /** Its keys could not be told. Now that they can, it is dealt to them between two batches. */
  #dealLater(row: WaitingRow, entry: Entry): Promise<undefined> {
    const keys = this.#definition.keysOf(entry.event, entry.stored.key);
    // Whoever stops the room waits for this, and may be the one who would deal.
    if (this.room.isStopped) throw new StoppingError();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#toDeal.push({ row, keys, resolve, reject });
    this.#wake.ring();
    return promise;
  }

  async #deal({ row, keys, resolve, reject }: ToDeal): Promise<void> {
    try {
      const kind = this.#definition.handle === undefined ? 'effect' : 'retry';
      const again = { ...row, kind, due: 0, attempts: 0, error: null, payload: null } as const;
      // Under a key of its own even when that is the same: the row that waits now will be gone.
      const waiting = keys.map((key) => ({ ...again, key, slot: slotOf(key) }));
      const others = waiting.filter(({ key }) => key !== row.key);
      const isSame = others.length < waiting.length;
      const fences = [this.#fence()];
      await this.#commit({ waiting, ...(isSame ? {} : { done: [row] }), fences });
      for (const other of others) this.room.add(other);
      if (isSame) this.room.insertSecond({ ...again, slot: row.slot });
      resolve(undefined);
    } catch (error) {
      reject(error);
    }
  }

  #unitOf(answer: Unit | Collect): Unit {
    if (typeof answer !== 'function') return answer;
    const unit = new Unit(this.#parts.workplace);
    answer(unit);
    return unit;
  }

  async #entryOf(row: WaitingRow): Promise<Entry> {
    const { log, workplace } = this.#parts;
    const [stored] = await log.recordsById([row.recordId]);
    if (stored === undefined) throw new RecordGoneError(row.recordId, this.name);
    return new Entry(workplace.vocabulary, stored);
  }

  async #saveRow(row: WaitingRow): Promise<void> {
    await this.#commitSurely({ waiting: [row], fences: [this.#fence()] });
    this.#tell(row);
  }

  /** Commits, and moves the checkpoint. False: a conflict. */
  async #commitMove(writeSet: WriteSet, to: number): Promise<boolean> {
    const move = { ...this.#fence(), from: this.#persisted, to };
    // A move is a fence, too.
    const ours = move.from === to ? { fences: [this.#fence()] } : { moves: [move] };
    if (!(await this.#commit({ ...writeSet, ...ours }))) return false;
    this.#persisted = to;
    return true;
  }

  /** Commits whatever the store does meanwhile; a failing store is no failure of a record. */
  async #commitSurely(writeSet: WriteSet): Promise<boolean> {
    for (let isInDoubt = false; ; isInDoubt = true) {
      try {
        // It may be in already, and only its answer was lost: it would be in conflict with itself.
        if (isInDoubt && (await findOutcome(this.#parts.log, writeSet)) !== undefined) return true;
        return await this.#commit(writeSet);
      } catch (error) {
        if (error instanceof FencedError) this.#lost(error);
        if (this.#isStopping) throw error;
        await this.#storeFailed(error);
      }
    }
  }

  /** Whether it was committed; false for a conflict. */
  async #commit(writeSet: WriteSet): Promise<boolean> {
    const outcome = await this.#parts.committer.commit(writeSet);
    if (outcome.kind === 'fenced') throw new FencedError(this.name);
    return outcome.kind === 'committed';
  }

  #fence(): Fence {
    return { subscription: this.name, firstSlot: 0, epoch: this.#epoch };
  }

  #tell(row: WaitingRow): void {
    if (row.error === null) return;
    const { logger, workplace, onParked } = this.#parts;
    const isParked = row.kind === 'parked';
    const { subscription, key, recordId: id, attempts, correlationId } = row;
    const { code, message } = row.error;
    logger.log({
      level: code === 'not-yet' && !isParked ? 'debug' : 'warn',
      event: isParked ? 'parked' : 'retry',
      context: workplace.context,
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

  #circuitChanged(state: 'open' | 'closed', error: unknown): void {
    const { logger, workplace, onStalled } = this.#parts;
    const { code, message } = state === 'open' ? describeError(error) : NO_ERROR;
    logger.log({
      level: state === 'open' ? 'error' : 'info',
      event: state === 'open' ? 'paused' : 'resumed',
      context: workplace.context,
      subscription: this.name,
      ...(state === 'open' ? { code, message } : {}),
    });
    if (state === 'open') onStalled(this.name, message);
    else this.room.tryAll();
    this.#roomChanged();
  }

  async #storeFailed(error: unknown): Promise<void> {
    if (this.#isStopping) return;
    const { logger, workplace } = this.#parts;
    logger.log({
      level: 'error',
      event: 'trouble',
      context: workplace.context,
      subscription: this.name,
      code: describeError(error).code,
      message: describeError(error).message,
    });
    await workplace.host.clock.sleep(STORE_PAUSE_MS, this.#stopping.signal);
  }

  /** Somebody else owns the range now: whatever this one still does would be refused. */
  #lost(error: FencedError): void {
    if (this.#isStopping) return;
    this.#stopping.abort();
    this.#stopListening();
    this.#quiet.stop();
    this.#wake.ring();
    this.room.giveUp();
    this.#lostWhy = error.message;
    this.#parts.onStalled(this.name, error.message);
    this.#parts.onChange();
  }

  #roomChanged(): void {
    this.#wake.ring();
    this.#parts.onChange();
  }
}

const NO_ERROR = { code: null, message: '' };

/** A handler that goes on beside its batch, and the row that stands for it. */
interface UnderWay {
  readonly row: WaitingRow;
  readonly running: Promise<Answer>;
}

interface ToDeal {
  readonly row: WaitingRow;
  readonly keys: readonly string[];
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** The part of a page up to a position, which is that of a record. */
function cut(page: Page, until: number): Page {
  if (page.upTo <= until) return page;
  return { entries: page.entries.filter((entry) => entry.position <= until), upTo: until };
}

/** Who is told of what does not move any more. */
export interface SubscriptionHooks {
  readonly onParked: (row: WaitingRow) => void;
  readonly onStalled: (subscription: string, why: string) => void;
}

export interface SubscriptionParts extends SubscriptionHooks {
  readonly workplace: Workplace;
  readonly log: Log;
  readonly committer: Committer;
  readonly tail: TailReader;
  readonly logger: Logger;
  readonly owner: string;
  /** Called whenever it may have become idle. */
  readonly onChange: () => void;
}

import type { Workplace } from '../context/unit.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Checkpoint, Fence, Operation, WriteSet } from '../log/write-set.ts';
import { StoppingError } from '../reaction/under-way.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Batch } from './batch.ts';
import { Circuit } from './circuit.ts';
import { dealAnew } from './deal-anew.ts';
import { type Edited, withEdited } from './edited.ts';
import { Entry } from './entry.ts';
import { FencedError } from './fenced.ts';
import { LaterDealing } from './later-dealing.ts';
import { News, type SubscriptionHooks } from './news.ts';
import { OwedRows } from './owed-rows.ts';
import { OwnedRange } from './owned-range.ts';
import { Quiet } from './quiet.ts';
import { RecordHandling } from './record-handling.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import { RowWork } from './row-work.ts';
import type { SubscriptionDefinition } from './subscription-definition.ts';
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
/** So many handlers may go on beside their batch; then nothing more is taken until some end. */
const UNDER_WAY_MAX = 256;
/** When the store fails it is left alone for a moment. */
const STORE_PAUSE_MS = 250;
/** While it is not known what became of a commit, whoever wants to hold it looks so often. */
const HOLD_LOOK_MS = 20;

/** What a person decided about a parked row. */
export interface Decision {
  readonly to: 'retry' | 'gone';
  readonly operation: Operation;
  /** What it is to be handled with: other data, or (null) its record's own again. Default: as before. */
  readonly edited?: Edited | null;
  /** The request by which it was asked for: it ends in the same commit. */
  readonly request?: WaitingKey;
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
  readonly #range: OwnedRange;
  readonly #news: News;
  readonly #circuit = new Circuit();
  readonly #handling: RecordHandling;
  readonly #work: RowWork;
  readonly #dealing: LaterDealing;
  readonly #wake = new Wake();
  readonly #quiet: Quiet;
  readonly #stopping = new AbortController();
  #cursor = 0;
  #isHandling = false;
  #isAsleep = false;
  /** Whether the checkpoint is to follow now, as nothing came for a while. */
  #isQuiet = false;
  /** Whether a commit may have moved the checkpoint without our knowing. */
  #isUnsure = false;
  /** Whether rows may have been changed without our knowing. */
  #areRowsUnsure = false;
  /** What others have still to deal to it, before it handles anything. */
  #owed: OwedRows | undefined;
  #pausedWhy: string | undefined;
  #lostWhy: string | undefined;
  /** It goes no further than this. */
  #until: number | undefined;
  /** As `#until`, but for good. */
  #limit: number | undefined;
  #loop: Promise<void> | undefined;
  #deciding: Promise<unknown> = Promise.resolve();
  #stopListening = (): void => undefined;

  constructor(definition: SubscriptionDefinition, parts: SubscriptionParts) {
    const { workplace, log, committer } = parts;
    const { clock, randomness } = workplace.host;
    const retry = { ...RETRY_POLICY, ...definition.retry };
    const circuit = this.#circuit;
    this.name = definition.name;
    this.#definition = definition;
    this.#parts = parts;
    this.#range = new OwnedRange(this.name, log, committer);
    this.#news = new News({ ...parts, context: workplace.context, subscription: this.name });
    this.#quiet = new Quiet(clock, QUIET_MS, () => {
      this.#isQuiet = true;
      this.#wake.ring();
    });
    this.room = new WaitingRoom({
      clock,
      randomness,
      retry,
      circuit,
      concurrency: definition.concurrency ?? 16,
      notYetMs: definition.notYetMs ?? 86_400_000,
      perform: (row) => this.#work.perform(row),
      save: (row) => this.#saveRow(row),
      onCircuit: (state, error) => this.#circuitChanged(state, error),
      onChange: () => this.#roomChanged(),
    });
    this.#dealing = new LaterDealing({
      range: this.#range,
      room: this.room,
      kind: this.#triedKind,
      tellOwners: (rows) => this.#tellOwners(rows),
      onMore: () => this.#wake.ring(),
    });
    this.#work = new RowWork({
      definition,
      workplace,
      log,
      dealing: this.#dealing,
      save: (writeSet) => this.#commitSurely(writeSet),
    });
    this.#handling = new RecordHandling({
      definition,
      workplace,
      room: this.room,
      isOurs: (key) => this.#range.has(key),
      circuit,
      retry,
      onSuccess: () => {
        if (circuit.succeeded(clock.now())) this.#circuitChanged('closed', undefined);
      },
      onOutage: (error) => this.#circuitChanged('open', error),
    });
  }

  /** Takes over all slots, and begins. `position` counts only for a new subscription. */
  async start(position: number): Promise<void> {
    const { owner } = this.#parts;
    await this.#range.claim({ owner, fingerprint: this.#definition.fingerprint, position });
    await this.#begin();
  }

  /** Begins with a range that was claimed: it handles the keys of its slots, and no others. */
  async startRange(range: Checkpoint): Promise<void> {
    this.#range.take(range);
    await this.#begin();
  }

  async #begin(): Promise<void> {
    const { tail } = this.#parts;
    this.#cursor = this.#range.checkpoint;
    // In this order: what was dealt here meanwhile is among the rows that are read then.
    this.#owed = await this.#rowsOwed();
    const rows = await this.#waitingAsDealt();
    if (this.#owed === undefined) this.room.start(rows);
    else this.#isUnsure = this.#areRowsUnsure = true;
    this.#stopListening = tail.onMove(() => this.#hear());
    this.#loop = this.#run();
  }

  /**
   * What waits, by the keys of today: code of another day may have dealt it otherwise. What belongs
   * to slots of others by these is left to them, and they are told.
   */
  async #waitingAsDealt(): Promise<readonly WaitingRow[]> {
    const written = await this.#writtenRows();
    if (this.#definition.keepsKeys === true) return written;
    const { rows, change } = await dealAnew(written, this.#parts.log, this.#keysOfStored);
    if (change === undefined) return rows;
    const waiting = change.waiting ?? [];
    await this.#range.commit({ ...change, waiting: [...waiting, ...this.#tellOwners(waiting)] });
    return rows.filter(({ slot }) => this.isOf(slot));
  }

  /** What others have not dealt yet to keys that are handled here, and comes before what follows. */
  async #rowsOwed(): Promise<OwedRows | undefined> {
    if (this.#definition.keepsKeys === true || this.#range.isAll) return undefined;
    const { log, workplace } = this.#parts;
    return OwedRows.find(this.name, {
      log,
      clock: workplace.host.clock,
      isOurs: (slot) => this.isOf(slot),
      keysOf: this.#keysOfStored,
    });
  }

  readonly #keysOfStored = (stored: StoredRecord): readonly string[] =>
    this.#definition.keysOf(new Entry(this.#parts.workplace.vocabulary, stored).event, stored);

  /** What is written with rows of which some are in slots of others, so that these hear of it. */
  #tellOwners(rows: readonly WaitingRow[]): readonly WaitingRow[] {
    const slots = new Set(rows.map(({ slot }) => slot).filter((slot) => !this.isOf(slot)));
    return [...slots].map((slot) => this.#parts.dealtNotice(this.name, slot));
  }

  /** Takes up what others have dealt to slots that are handled here, and ends what told of it. */
  takeUpDealt(notices: readonly WaitingKey[]): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#range.commit({ done: notices });
      } finally {
        // Read only now: of what is dealt after that, another notice tells.
        this.#isUnsure = this.#areRowsUnsure = true;
        this.#wake.ring();
      }
    });
  }

  #writtenRows(): Promise<readonly WaitingRow[]> {
    const { slots } = this.#range;
    return this.#parts.log.waiting({ subscription: this.name, slots, limit: WAITING_MAX });
  }

  /** The kind of a row that is to be tried. */
  get #triedKind(): 'effect' | 'retry' {
    return this.#definition.handle === undefined ? 'effect' : 'retry';
  }

  /** Whether what belongs to a slot is handled by this one. */
  isOf(slot: number): boolean {
    const { first, last } = this.#range.slots;
    return slot >= first && slot <= last;
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

  /** Whether it was stopped, or is lost: it takes nothing any more. */
  get isOver(): boolean {
    return this.#isStopping;
  }

  /** What proves that nobody else has taken over its slots, and so that it stands where it stands. */
  get fence(): Fence {
    return this.#range.fence;
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

  /** Something happened in another process, and nobody knows what: all who wait are asked again. */
  movedElsewhere(): void {
    if (this.room.isLookingOut) this.room.movedAny();
  }

  /** Why a person wants it to take nothing. */
  get pausedWhy(): string | undefined {
    return this.#pausedWhy;
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
   * commit whose answer was lost is known, unless `signal` aborts before, or it is over (`isOver`).
   * Another process may take over meanwhile: what `work` changes proves by `fence` that none has.
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

  /** Whether nothing that it has begun can bring it further than it may go by now. */
  get isStill(): boolean {
    return !this.#isHandling && !this.#isUnsure;
  }

  /** Goes no further than this position, and once it is there its checkpoint says so. */
  goUpTo(position: number): void {
    if (this.#limit === position) return;
    this.#limit = position;
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
    const { to, operation, edited, request } = decision;
    const parked = this.room.find(row);
    if (parked?.kind !== 'parked') return false;
    const now = this.#parts.workplace.host.clock.now();
    const kind = this.#triedKind;
    // Behind another one of its key, which it may be after a new dealing, it waits for its turn.
    const isFirst = this.room.first(row.key)?.recordId === row.recordId;
    const again: WaitingRow = {
      ...(edited === undefined ? parked : withEdited(parked, edited)),
      kind: isFirst || kind === 'effect' ? kind : 'held',
      due: 0,
      attempts: 0,
      since: now,
      // Not what it was parked with: whatever it says from now on is of its new life.
      error: null,
    };
    try {
      const asked = request === undefined ? [] : [request];
      const change = to === 'gone' ? { done: [row, ...asked] } : { waiting: [again], done: asked };
      await this.#range.commit({ operations: [operation], ...change });
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
    // Who waits for where it stands waits in vain from now on.
    this.#parts.onChange();
    await this.#loop;
    this.#dealing.giveUp(new StoppingError());
    await this.#work.finish();
    await this.room.stop();
    if (this.#isAhead) await this.#saveCheckpoint().catch(() => undefined);
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        if (this.#isUnsure) await this.#takeUpAgain();
        await this.#dealing.dealAll();
        const page = await this.#nextPage();
        if (page !== undefined) await this.#handlePage(page);
        else if (this.#isQuiet || this.#isAtLimit) await this.#followQuietly();
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
    await this.#owed?.dealt(this.#stopping.signal);
    if (this.#isStopping) return;
    this.#owed = undefined;
    if (await this.#range.lookAgain()) this.#areRowsUnsure = true;
    if (this.#areRowsUnsure) {
      await this.#inTurn(() => this.#takeUpRows());
      // It may stand before the cursor, which passes what is of no interest without being written.
      this.#cursor = Math.max(this.#cursor, this.#range.checkpoint);
    }
    this.#isUnsure = this.#areRowsUnsure;
  }

  async #takeUpRows(): Promise<void> {
    const stopped = this.room.stop();
    this.#dealing.giveUp(new TakenUpAgainError(this.name));
    await stopped;
    this.room.start(await this.#waitingAsDealt());
    this.#areRowsUnsure = false;
  }

  #nextPage(): Page | Promise<Page> | undefined {
    this.room.probeOrClose();
    if (this.stalledWhy !== undefined || this.#work.underWay >= UNDER_WAY_MAX) return undefined;
    const { tail } = this.#parts;
    const limit = this.#definition.batchMax ?? BATCH_MAX;
    const until = Math.min(this.#until ?? tail.head, this.#limit ?? tail.head);
    if (this.#cursor >= until) return undefined;
    const page = tail.page(this.#cursor, limit, this.#definition.interest);
    this.#isHandling = page !== undefined;
    return page instanceof Promise
      ? page.then((read) => cut(read, until))
      : page && cut(page, until);
  }

  async #sleep(): Promise<void> {
    // Also after a commit of it has failed: then it is due again.
    if (this.#isAhead && !this.#isStopping) this.#quiet.moved();
    this.#parts.onChange();
    this.#isAsleep = true;
    await this.#wake.sleep();
    this.#isAsleep = false;
  }

  /** The log has grown. What is of no interest is passed without waking up. */
  #hear(): void {
    const { tail } = this.#parts;
    const isFree = this.#until === undefined && this.#limit === undefined;
    const news = this.#isAsleep && isFree ? tail.since(this.#cursor) : undefined;
    const isOfInterest =
      news === undefined ||
      this.stalledWhy !== undefined ||
      tail.head - this.#range.checkpoint >= LAZY_MAX ||
      news.some((entry) => this.#definition.interest.wants(entry.stored));
    if (isOfInterest) return this.#wake.ring();
    // Who handled it before may have come further than what was read here so far.
    this.#cursor = Math.max(this.#cursor, tail.head);
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
    if (upTo - this.#range.checkpoint >= LAZY_MAX) await this.#saveCheckpoint();
  }

  /** Between two pages, like any other move: nothing else can be about to move it. */
  async #followQuietly(): Promise<void> {
    this.#isQuiet = false;
    if (this.#isAhead) await this.#saveCheckpoint();
  }

  /** Others wait for it there, and a log that goes on growing is never quiet. */
  get #isAtLimit(): boolean {
    return this.#limit !== undefined && this.#cursor >= this.#limit && this.#isAhead;
  }

  /** Whether the checkpoint is to follow yet. */
  get #isAhead(): boolean {
    return this.#cursor > this.#range.checkpoint;
  }

  async #saveCheckpoint(): Promise<void> {
    await this.#range.move({ isRepeatable: true }, this.#cursor);
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
    // Not of a key of which a row waits: that may be done while it is read, and change what was read.
    const isFree = (key: string): boolean => this.#range.has(key) && !this.room.has(key);
    await this.#definition.readAhead?.(entries, batch.unit, isFree);
    for (const entry of entries) {
      if (this.#circuit.isOpen || this.#isStopping) break;
      await this.#handling.handle(entry, batch);
      batch.reached = entry === entries.at(-1) ? upTo : entry.position;
    }
    await this.#handling.awaitPending(batch);
    if (batch.reached === this.#cursor) return true;
    return this.#commitBatch(batch);
  }

  async #commitBatch(batch: Batch): Promise<boolean> {
    const waiting = batch.rowsInOrder();
    const isCommitted = await batch.unit.commit((collected) => {
      // Documents and effects to perform follow from records that are on disk.
      const isRepeatable = collected.records.length === 0;
      const rows = [...collected.waiting, ...waiting];
      return this.#range.move({ ...collected, waiting: rows, isRepeatable }, batch.reached);
    }, Boolean);
    if (!isCommitted) {
      batch.unit.dropStates();
      return false;
    }
    this.#cursor = batch.reached;
    batch.unit.keepStates();
    for (const row of waiting) {
      const running = batch.underWay.get(row.recordId + row.key);
      if (running !== undefined) this.#work.goesOn(row, running);
      this.room.add(row);
      this.#news.row(row);
    }
    return true;
  }

  async #saveRow(row: WaitingRow): Promise<void> {
    await this.#commitSurely({ waiting: [row] });
    this.#news.row(row);
  }

  /** A failing store is no failure of a record. */
  #commitSurely(writeSet: WriteSet): Promise<boolean> {
    return this.#range.commitSurely(writeSet, async (error) => {
      if (error instanceof FencedError) this.#lost(error);
      if (this.#isStopping) throw error;
      await this.#storeFailed(error);
    });
  }

  #circuitChanged(state: 'open' | 'closed', error: unknown): void {
    if (state === 'open') this.#news.paused(error);
    else {
      this.#news.resumed();
      this.room.tryAll();
    }
    this.#roomChanged();
  }

  async #storeFailed(error: unknown): Promise<void> {
    if (this.#isStopping) return;
    this.#news.trouble(error);
    await this.#parts.workplace.host.clock.sleep(STORE_PAUSE_MS, this.#stopping.signal);
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
    this.#news.lost(error.message);
    this.#parts.onChange();
  }

  #roomChanged(): void {
    this.#wake.ring();
    this.#parts.onChange();
  }
}

/** The part of a page up to a position, which is that of a record. */
function cut(page: Page, until: number): Page {
  if (page.upTo <= until) return page;
  return { entries: page.entries.filter((entry) => entry.position <= until), upTo: until };
}

export interface SubscriptionParts extends SubscriptionHooks {
  readonly workplace: Workplace;
  readonly log: Log;
  readonly committer: Committer;
  readonly tail: TailReader;
  readonly logger: Logger;
  readonly owner: string;
  /** What is written to tell whoever handles a slot that rows were dealt to it. */
  readonly dealtNotice: (subscription: string, slot: number) => WaitingRow;
  /** Called whenever it may have become idle. */
  readonly onChange: () => void;
}

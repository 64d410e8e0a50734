import type { AnyContract } from '../contract/contract.ts';
import type { Host } from '../host/host.ts';
import type { Committer } from '../log/committer.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { Log } from '../log/log.ts';
import { RecordKnownError } from '../log/record-known.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { type Fence, FROM_NOW, type Mark, type WriteSet } from '../log/write-set.ts';
import { withEdited } from '../subscription/edited.ts';
import { FencedError } from '../subscription/fenced.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import type { Decision } from '../subscription/subscription.ts';
import type { Logger } from '../telemetry/logger.ts';
import { BackboneUnavailableError } from './backbone.ts';
import type { Backbone, Delivery, Envelope, Inlet } from './backbone.ts';
import { BORDER_READ_MAX, Border, BorderFullError, inOrderOfArrival } from './border.ts';
import type { EndOfImport, Imported } from './imported.ts';
import { logListening, logMissing, logTakenIn } from './intake-lines.ts';
import { Progress } from './progress.ts';
import { type Judgement, type Sorted, sortMessages, sortWaiting } from './sort-messages.ts';
import { OUTAGE_POLICY, Trouble } from './trouble.ts';

/** At most so many messages are asked for at a time, and go into one commit. */
const BATCH_SIZE_MAX = 256;
/** When a person's decision has failed, the log is asked after this time what became of it. */
const TAKE_UP_AFTER_MS = 250;
/** Whether all was taken in is asked again after this time, when nobody could say. */
const ASK_AGAIN_MS = 100;

export interface IntakeOptions {
  /** The consuming context. */
  readonly context: string;
  /** The publishing context. */
  readonly source: string;
  /** The contracts of that source that this context listens to. */
  readonly contracts: readonly AnyContract[];
  /** Those of them whose past is left out, when they are listened to for the first time. */
  readonly fromNow?: ReadonlySet<string>;
  readonly backbone: Backbone;
  readonly log: Log;
  readonly committer: Committer;
  /** Where several processes could take in: proves that it is still this one's to do. */
  readonly fence?: Fence | undefined;
  readonly host: Host;
  readonly logger: Logger;
  /** Told when taking in is in trouble, and (with undefined) when it goes on again. */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
  /** Called for each message that was parked at the border. */
  readonly onParked?: ((row: WaitingRow) => void) | undefined;
  /** Called when something was taken in, and when nothing more was found. */
  readonly onProgress?: (() => void) | undefined;
  readonly retry?: RetryPolicy;
  /** The largest payload of a record, in characters of JSON. */
  readonly charactersMax: number;
}

/**
 * Takes the messages of one source into the consumer's log: checked against the contract, brought
 * to its current version, once per (source, id), and only then acknowledged. A delivery is
 * committed together with how far it has come.
 *
 * What cannot be taken in is parked at the border, in the waiting table, with the reason; later
 * messages of its key are held behind it, others pass. Nothing is dropped, nothing loops. After
 * any failure of the store or of the backbone the inlet is opened anew at the last place that was
 * committed: what was not acknowledged comes again, and what is known is left out.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #contracts: ReadonlyMap<string, AnyContract>;
  readonly #border: Border;
  readonly #trouble: Trouble<'reaching' | 'taking'>;
  readonly #stopping = new AbortController();
  readonly #progress = new Progress();
  #inlet: Inlet | undefined;
  /** By contract. */
  readonly #marks = new Map<string, Mark>();
  readonly #toldMissing = new Set<string>();
  #isPrepared = false;
  #isLost = false;
  /** Whether more may wait at the border than is known here: the answer of a commit was lost. */
  #isBorderUnsure = false;
  #running: Promise<void> | undefined;
  /** Taking in and taking again change the border one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#contracts = new Map(options.contracts.map((contract) => [contract.name, contract]));
    this.#border = new Border(options.source);
    this.#trouble = new Trouble({
      ...options,
      about: `intake from ${options.source}`,
      policy: options.retry ?? OUTAGE_POLICY,
    });
  }

  get source(): string {
    return this.#options.source;
  }

  /** How far the source's log has been taken in; 0 before the first message. */
  get position(): number {
    const positions = [...this.#contracts.keys()].map((name) => this.#marks.get(name)?.position);
    return Math.max(0, Math.min(...positions.map((position) => position ?? 0)));
  }

  /** What keeps it from taking in now, if anything. */
  get problem(): unknown {
    return this.#trouble.problem;
  }

  /** Whether another process takes in by now. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Reads where it stands, and notes what begins now: before those who begin now have a checkpoint,
   * as afterwards nobody would know that they did.
   */
  async prepare(): Promise<void> {
    for (const mark of await this.#options.log.marks())
      if (mark.source === this.source) this.#marks.set(mark.contract, mark);
    await this.#beginToListen((name) => this.#options.fromNow?.has(name) === true, FROM_NOW);
    this.#isPrepared = true;
  }

  /** Begins to take in. It waits for its own log, not for the backbone. */
  async start(): Promise<void> {
    const { log } = this.#options;
    if (!this.#isPrepared) await this.prepare();
    const firsts = await this.#border.load(log);
    this.#running = this.#run(firsts.filter(mayGoByNow));
  }

  /** Takes nothing more; what is in hand is committed first, what is not comes again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#progressed();
    await this.#running;
    await this.#turn;
  }

  /** Whether all that the source has published, as far as is known here, is in the log. */
  async isIdle(): Promise<boolean> {
    return (await this.#inlet?.isDrained()) ?? false;
  }

  /**
   * Waits until a position of the source's log has been passed: every message up to there is in
   * the log, or waits at the border. Answers false when it stopped or the signal aborted first.
   * Where the backbone has no positions it waits until nothing more is on its way. A position of
   * another epoch than the source has now is never passed.
   */
  async waitUntil(place: Place, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && !this.#stopping.signal.aborted) {
      if (this.#hasPassedOfAll(place)) return true;
      const progress = this.#progress.next(signal);
      const hasPassed = await this.#hasPassedAll(place.epoch);
      if (hasPassed !== true) await this.#nextLook(progress.made, { isKnown: hasPassed === false });
      progress.cancel();
      if (hasPassed === true) return true;
    }
    return false;
  }

  /**
   * Whether a position of the source's log is passed within a moment by itself, as it is when the
   * backbone tells at once of what was published. Nothing is asked for it.
   */
  async comesTo(place: Place, withinMs: number, signal: AbortSignal): Promise<boolean> {
    // Where messages come from no log nothing tells: it has to be asked.
    const isTold = this.#inlet === undefined || this.#inlet.hasPassed !== undefined;
    if (!isTold) return this.#hasPassedOfAll(place);
    const moment = new AbortController();
    const cancel = this.#options.host.clock.after(withinMs, () => moment.abort());
    const over = AbortSignal.any([signal, moment.signal, this.#stopping.signal]);
    try {
      while (!this.#hasPassedOfAll(place) && this.#inlet?.hasPassed?.(place) !== true) {
        if (over.aborted) return false;
        await this.#progress.next(over).made;
      }
      return true;
    } finally {
      cancel();
    }
  }

  /** A message that waits at the border and holds back what stands at or before a position. */
  holding(position: number): { readonly key: string; readonly recordId: string } | undefined {
    return this.#border.holding(position);
  }

  /**
   * Does with a parked message what a person has decided, and tries what waits of its key, all in one
   * commit: whoever is told that it was decided finds what came of it. Answers false when it is not
   * parked any more: somebody else has decided before.
   */
  decide(row: WaitingRow, decision: Decision): Promise<boolean> {
    return this.#inTurn(async () => {
      const { subscription, key, recordId } = row;
      const query = { subscription, key, limit: BORDER_READ_MAX };
      const waiting = await this.#options.log.waiting(query);
      if (!waiting.some((each) => each.recordId === recordId && each.kind === 'parked'))
        return false;
      try {
        await this.#takeKeyAgain(key, { ...decision, recordId });
      } catch (error) {
        // Whoever decided is told; what became of it the log must say, or its key would wait for ever.
        void this.#takeUpLater(row);
        throw error;
      }
      return true;
    });
  }

  /** Asks the log, until it answers, whether a row is still there; if not, its key goes on. */
  async #takeUpLater({ subscription, key, recordId }: WaitingRow): Promise<void> {
    const { log, host } = this.#options;
    const { signal } = this.#stopping;
    const takeUp = async (): Promise<void> => {
      const waiting = await log.waiting({ subscription, key, limit: BORDER_READ_MAX });
      if (!waiting.some((row) => row.recordId === recordId)) await this.#takeKeyAgain(key);
    };
    for (let isOver = false; !isOver;) {
      await host.clock.sleep(TAKE_UP_AFTER_MS, signal);
      if (signal.aborted) return;
      isOver = await this.#inTurn(takeUp).then(
        () => true,
        () => false,
      );
    }
  }

  /**
   * Tries again what waits at the border, such as what a contract that is known by now may let go. Of each row's key all is taken in, in order, up to the first that still cannot.
   */
  async takeAgain(rows: readonly WaitingRow[]): Promise<TakenAgain> {
    let taken = 0;
    let parked = 0;
    for (const key of new Set(rows.map((row) => row.key))) {
      const outcome = await this.#inTurn(() => this.#takeKeyAgain(key));
      taken += outcome.taken;
      parked += outcome.parked;
    }
    return { taken, parked };
  }

  /**
   * Takes in messages that a person has brought, in their order, as if they had come over the backbone;
   * but none is too old, as somebody vouches for it, and no place is kept. What asked for them ends in
   * the same commit. It is not on the disk yet when this answers: then neither is that end, and they
   * are taken in again.
   */
  takeImported(
    messages: readonly Envelope[],
    { done, operationOf }: EndOfImport,
  ): Promise<Imported> {
    return this.#inTurn(async () => {
      await this.#knowBorder();
      if (this.#border.isFull) throw new BorderFullError(this.source);
      const ids = messages.map(({ id }) => id);
      const received = await this.#options.log.received(this.source, ids);
      const sorted = sortMessages(messages, { ...(await this.#judgement(ids)), received });
      const { records, rows, duplicates } = sorted;
      const imported = { taken: records.length, known: duplicates.length, parked: rows.length };
      const writeSet = { records, waiting: rows, done, operations: [operationOf(imported)] };
      this.#isBorderUnsure = rows.length > 0;
      const positions = await this.#commit(writeSet, { isRepeatable: true });
      this.#isBorderUnsure = false;
      for (const row of rows) this.#border.add(row);
      this.#tell({ ...sorted, positions });
      this.#progressed();
      return imported;
    });
  }

  async #knowBorder(): Promise<void> {
    if (!this.#isBorderUnsure) return;
    await this.#border.load(this.#options.log);
    this.#isBorderUnsure = false;
  }

  /**
   * Notes which contracts are listened to for the first time, and says what becomes of what was
   * published of them before: nobody should have to find that out from what is missing.
   */
  async #beginToListen(to: (contract: string) => boolean, position: number): Promise<void> {
    const { backbone, context, logger } = this.#options;
    const { source } = this;
    const added = [...this.#contracts.keys()].filter((name) => !this.#marks.has(name) && to(name));
    if (added.length === 0) return;
    const isLater = this.#marks.size > 0;
    const marks = added.map((contract) => ({ source, contract, epoch: '', position }));
    await this.#commit({ marks }, { isRepeatable: true });
    this.#keep(marks);
    logListening(logger, { context, source, contracts: added, position, isLater, backbone });
  }

  #beginsNow({ contract }: Mark): boolean {
    return this.#marks.get(contract)?.position === FROM_NOW;
  }

  #keep(marks: readonly Mark[]): void {
    for (const mark of marks) this.#marks.set(mark.contract, mark);
  }

  async #run(mayGo: WaitingRow[]): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#takeAllAgain(mayGo);
        await this.#beginToListen(() => true, 0);
        this.#inlet = await this.#open();
        this.#tellMissing(this.#inlet);
        this.#trouble.succeeded('reaching');
        this.#progressed();
        await this.#takeFrom(this.#inlet);
      } catch (error) {
        if (error instanceof FencedError) break;
        const isTaking = this.#inlet !== undefined && !(error instanceof BackboneUnavailableError);
        await this.#close();
        await this.#trouble.failed(isTaking ? 'taking' : 'reaching', error, signal);
      }
    }
    await this.#close();
  }

  /** One after the other, and each only once: there may be thousands. */
  async #takeAllAgain(rows: WaitingRow[]): Promise<void> {
    const { signal } = this.#stopping;
    for (let row = rows.at(0); row !== undefined && !signal.aborted; row = rows.at(0)) {
      await this.takeAgain([row]);
      rows.shift();
    }
  }

  #open(): Promise<Inlet> {
    const { backbone, context, source } = this.#options;
    const contracts = [...this.#contracts.keys()];
    const marks = [...this.#marks.values()];
    return backbone.inlet({ consumer: context, source, contracts, marks });
  }

  /** Once, however often it is opened. */
  #tellMissing({ missing = [] }: Inlet): void {
    const { logger, context } = this.#options;
    for (const { contract, position } of missing) {
      if (this.#toldMissing.has(contract)) continue;
      this.#toldMissing.add(contract);
      logMissing(logger, { context, source: this.source, contract, position });
    }
  }

  async #takeFrom(inlet: Inlet): Promise<void> {
    const { signal } = this.#stopping;
    let isFirst = true;
    while (!signal.aborted) {
      if (this.#border.isFull) throw new BorderFullError(this.source);
      const delivery = await inlet.receive({ limit: BATCH_SIZE_MAX, signal });
      if (delivery.messages.length === 0 && delivery.marks.length === 0) {
        this.#progressed();
        continue;
      }
      // Without a place of our own, just after an outage, and while a contract that is listened to
      // later catches up, messages may be known already.
      const mayBeKnown = isFirst || delivery.marks.length < this.#contracts.size;
      await this.#inTurn(() => this.#take(delivery, mayBeKnown));
      await delivery.acknowledge();
      isFirst = false;
      this.#trouble.succeeded('taking');
      this.#trouble.progressed();
      this.#progressed();
    }
  }

  async #take(delivery: Delivery, mayBeKnown: boolean): Promise<void> {
    try {
      await this.#takeOnce(delivery, mayBeKnown);
    } catch (error) {
      // One that a person has brought, and that is forgotten as a message by now: it has to be looked up.
      if (mayBeKnown || !(error instanceof RecordKnownError)) throw error;
      await this.#takeOnce(delivery, true);
    }
  }

  async #takeOnce(delivery: Delivery, mayBeKnown: boolean): Promise<void> {
    await this.#knowBorder();
    const { marks, messages } = delivery;
    const isExact = marks.length > 0;
    const ids = messages.map((message) => message.id);
    const judgement = await this.#judgement(mayBeKnown ? ids : []);
    // A place in the publisher's log is exact; without one, an old message may be a forgotten one.
    const floor = isExact ? -Infinity : await this.#options.log.floor(this.source);
    const sorted = sortMessages(messages, { ...judgement, floor });
    const { records, rows } = sorted;
    const writeSet = { records, waiting: rows, marks };
    // With a place in another log it can be taken in again; a broker is told that we have it. Where that
    // begins which begins now is said once: said again, it would be later, and leave out what came since.
    const isRepeatable = isExact && !marks.some((mark) => this.#beginsNow(mark));
    const positions = await this.#commit(writeSet, { isRepeatable });
    for (const row of rows) this.#border.add(row);
    this.#keep(marks);
    this.#tell({ ...sorted, positions });
  }

  /** A person looked at it: what is older than the window is taken now, unless it is there. */
  async #takeKeyAgain(key: string, decided?: DecidedAtBorder): Promise<TakenAgain> {
    const { subscription } = this.#border;
    const query = { subscription, key, limit: BORDER_READ_MAX };
    const all = inOrderOfArrival(await this.#options.log.waiting(query));
    const waiting = all.flatMap((row) => asDecided(row, decided));
    const judgement = await this.#judgement(waiting.map((row) => row.recordId));
    const { rest, ...sorted } = sortWaiting(waiting, judgement);
    const { records, rows } = sorted;
    // What was edited and is not tried yet, since it waits behind another one, is kept as well.
    const changed = rest.filter((row) => !all.includes(row) && !isAmong(row, rows));
    const gone = all.filter((row) => !isAmong(row, rest));
    const { operation, request } = decided ?? {};
    const positions = await this.#commit({
      records,
      done: request === undefined ? gone : [...gone, request],
      waiting: [...rows, ...changed],
      operations: operation === undefined ? [] : [operation],
    });
    this.#border.replace(key, rest);
    this.#tell({ ...sorted, positions });
    this.#progressed();
    return { taken: waiting.length - rest.length, parked: rows.length };
  }

  async #judgement(ids: readonly string[]): Promise<Judgement> {
    const known = ids.length === 0 ? [] : await this.#options.log.recordsById(ids);
    return {
      border: this.#border,
      contracts: this.#contracts,
      known: new Map(known.map((record) => [record.id, record])),
      floor: -Infinity,
      charactersMax: this.#options.charactersMax,
      now: this.#options.host.clock.now(),
    };
  }

  /**
   * All of it, or nothing. None of the records is in the log yet, so that after a lost answer the
   * committer can tell by their ids whether they, and so the rest, were committed.
   */
  async #commit(
    writeSet: Pick<WriteSet, 'records' | 'waiting' | 'marks' | 'done' | 'operations'>,
    options: { readonly isRepeatable?: boolean } = {},
  ): Promise<readonly number[]> {
    const isEmpty = Object.values(writeSet).every((part) => part.length === 0);
    if (isEmpty) return [];
    const { committer, fence } = this.#options;
    const fences = fence === undefined ? {} : { fences: [fence] };
    const outcome = await committer.commit({ ...writeSet, ...options, ...fences });
    if (outcome.kind === 'fenced') throw this.#lost(outcome.subscription);
    if (outcome.kind !== 'committed')
      throw new UnexpectedOutcomeError(this.#options.context, outcome.kind);
    return outcome.positions;
  }

  /** Another process takes in by now: this one does nothing more. */
  #lost(subscription: string): FencedError {
    this.#isLost = true;
    this.#stopping.abort();
    return new FencedError(subscription);
  }

  #tell(sorted: Sorted & { readonly positions: readonly number[] }): void {
    const { logger, context, source, onParked } = this.#options;
    logTakenIn(logger, { context, source }, sorted);
    for (const row of sorted.rows) if (row.kind === 'parked') onParked?.(row);
  }

  /** Whether a contract's messages up to a position are dealt with, as far as the marks tell. */
  hasPassed(contract: string, { epoch, position }: Place): boolean {
    const mark = this.#marks.get(contract);
    return mark?.epoch === epoch && mark.position >= position;
  }

  #hasPassedOfAll(place: Place): boolean {
    return [...this.#contracts.keys()].every((contract) => this.hasPassed(contract, place));
  }

  /** Undefined when it could not be asked: the run loop meets the same outage and reports it, if it asks. */
  async #hasPassedAll(epoch: string): Promise<boolean | undefined> {
    try {
      return (await this.#inlet?.lookAgain(epoch)) ?? false;
    } catch {
      return undefined;
    }
  }

  /** Whoever could not ask asks again soon: there may be nothing left that would make any progress. */
  async #nextLook(made: Promise<void>, { isKnown }: { readonly isKnown: boolean }): Promise<void> {
    if (isKnown) return made;
    const over = new AbortController();
    await Promise.race([made, this.#options.host.clock.sleep(ASK_AGAIN_MS, over.signal)]);
    over.abort();
  }

  #progressed(): void {
    this.#progress.made();
    this.#options.onProgress?.();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #close(): Promise<void> {
    const inlet = this.#inlet;
    this.#inlet = undefined;
    try {
      await inlet?.close();
    } catch {
      // It is given up because of a failure that is reported; this one adds nothing to it.
      return;
    }
  }
}

/** A place in the source's log. */
export interface Place {
  readonly epoch: string;
  readonly position: number;
}

export interface TakenAgain {
  /** How many messages went into the log, or were there already. */
  readonly taken: number;
  /** How many keys are still parked. */
  readonly parked: number;
}

/** What a person decided, and about which of the messages of a key. */
type DecidedAtBorder = Decision & Pick<WaitingRow, 'recordId'>;

/** The row as it is after a decision; none when it was given up. */
function asDecided(row: WaitingRow, decided: DecidedAtBorder | undefined): readonly WaitingRow[] {
  if (row.recordId !== decided?.recordId) return [row];
  if (decided.to === 'gone') return [];
  return [decided.edited === undefined ? row : withEdited(row, decided.edited)];
}

function isAmong({ recordId }: WaitingRow, rows: readonly WaitingRow[]): boolean {
  return rows.some((row) => row.recordId === recordId);
}

/**
 * Rows that a start may set going: those whose contract may be known by now, and those left
 * behind a row that is gone.
 */
function mayGoByNow(row: WaitingRow): boolean {
  return row.kind === 'held' || row.error?.code === 'newer-version';
}

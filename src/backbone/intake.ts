import type { AnyContract } from '../contract/contract.ts';
import type { Host } from '../host/host.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Mark, WriteSet } from '../log/write-set.ts';
import { describeError } from '../subscription/failure.ts';
import type { RetryPolicy } from '../subscription/retry-policy.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type IncomingRecord, MessageRefusedError } from './admission.ts';
import { admit, assertWithinWindow } from './admission.ts';
import { BackboneUnavailableError } from './backbone.ts';
import type { Backbone, Delivery, Envelope, Inlet } from './backbone.ts';
import { BORDER_READ_MAX, Border, BorderFullError, inOrderOfArrival, messageOf } from './border.ts';
import { OUTAGE_POLICY, Trouble } from './trouble.ts';

/** At most so many messages are asked for at a time, and go into one commit. */
const BATCH_SIZE_MAX = 256;

export interface IntakeOptions {
  /** The consuming context. */
  readonly context: string;
  /** The publishing context. */
  readonly source: string;
  /** The contracts of that source that this context listens to. */
  readonly contracts: readonly AnyContract[];
  readonly backbone: Backbone;
  readonly log: Log;
  readonly committer: Committer;
  readonly host: Host;
  readonly logger: Logger;
  /** Told when taking in is in trouble, and (with undefined) when it goes on again. */
  readonly onProblem?: ((problem: unknown) => void) | undefined;
  readonly retry?: RetryPolicy;
  /** Called whenever something was taken in, or it may have become idle. */
  readonly onProgress?: () => void;
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
  readonly #waiters = new Set<() => void>();
  #inlet: Inlet | undefined;
  #mark: Mark | undefined;
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

  /** How far the source's log has been taken in; undefined before the first message. */
  get mark(): Mark | undefined {
    return this.#mark;
  }

  /** What keeps it from taking in now, if anything. */
  get problem(): unknown {
    return this.#trouble.problem;
  }

  /** Reads where it stands and begins to take in. It waits for its own log, not for the backbone. */
  async start(): Promise<void> {
    const { log } = this.#options;
    const marks = await log.marks();
    this.#mark = marks.find((mark) => mark.source === this.source);
    const firsts = await this.#border.load(log);
    await this.takeAgain(firsts.filter(mayGoByNow));
    this.#running = this.#run();
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
   * Where the backbone has no positions it waits until nothing more is on its way.
   */
  async waitUntil(position: number, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && !this.#stopping.signal.aborted) {
      if (this.#mark !== undefined && this.#mark.position >= position) return true;
      const progress = this.#progress(signal);
      if (await this.#hasPassedAll()) {
        progress.cancel();
        return true;
      }
      await progress.made;
    }
    return false;
  }

  /**
   * Tries again what waits at the border: a redrive, or what is left of a key after a row of it
   * was discarded. Of each row's key all is taken in, in order, up to the first that still cannot.
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

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#inlet = await this.#open();
        this.#trouble.succeeded('reaching');
        this.#progressed();
        await this.#takeFrom(this.#inlet);
      } catch (error) {
        const isTaking = this.#inlet !== undefined && !(error instanceof BackboneUnavailableError);
        await this.#close();
        await this.#trouble.failed(isTaking ? 'taking' : 'reaching', error, signal);
      }
    }
    await this.#close();
  }

  #open(): Promise<Inlet> {
    const { backbone, context, source } = this.#options;
    const contracts = [...this.#contracts.keys()];
    return backbone.inlet({ consumer: context, source, contracts, mark: this.#mark });
  }

  async #takeFrom(inlet: Inlet): Promise<void> {
    const { signal } = this.#stopping;
    let isFirst = true;
    while (!signal.aborted) {
      if (this.#border.isFull) throw new BorderFullError(this.source);
      const delivery = await inlet.receive({ limit: BATCH_SIZE_MAX, signal });
      if (delivery.messages.length === 0) {
        this.#progressed();
        continue;
      }
      // Without a place of our own, or just after an outage, messages may be known already.
      const mayBeKnown = isFirst || delivery.mark === undefined;
      await this.#inTurn(() => this.#take(delivery, mayBeKnown));
      await delivery.acknowledge();
      isFirst = false;
      this.#trouble.succeeded('taking');
      this.#trouble.progressed();
      this.#progressed();
    }
  }

  async #take(delivery: Delivery, mayBeKnown: boolean): Promise<void> {
    const { log } = this.#options;
    const ids = delivery.messages.map((message) => message.id);
    const known = mayBeKnown ? await log.recordsById(ids) : [];
    // A place in the publisher's log is exact; without one, old messages may be forgotten ones.
    const floor = delivery.mark === undefined ? await log.floor(this.source) : undefined;
    const { records, rows, duplicates } = this.#sort(delivery.messages, known, floor);
    const marks = delivery.mark === undefined ? [] : [delivery.mark];
    if (rows.length > 0) {
      // Records first, on their own: whether they are in can be found out by their ids alone.
      const positions = await this.#commit({ records });
      await this.#commit({ waiting: rows, marks });
      this.#tell(records, positions, rows, duplicates);
    } else if (records.length > 0 || marks.length > 0) {
      this.#tell(records, await this.#commit({ records, marks }), rows, duplicates);
    }
    for (const row of rows) this.#border.add(row);
    this.#mark = delivery.mark ?? this.#mark;
  }

  #sort(
    messages: readonly Envelope[],
    known: readonly StoredRecord[],
    floor: number | undefined,
  ): Sorted {
    const sources = new Map(known.map((record) => [record.id, record.source]));
    const seen = new Set<string>();
    const blocked = new Set<string>();
    const sorted: Sorted = { records: [], rows: [], duplicates: [] };
    const now = this.#options.host.clock.now();
    for (const message of messages) {
      const { id, key } = message;
      const isKnown = sources.get(id) === message.source || seen.has(id);
      seen.add(id);
      if (isKnown || this.#border.has(key, id)) {
        sorted.duplicates.push(message);
      } else if (blocked.has(key) || this.#border.isBlocked(key)) {
        sorted.rows.push(this.#border.row(message, null, now));
      } else {
        try {
          if (sources.has(id)) throw new MessageRefusedError('id-known', message);
          if (floor !== undefined) assertWithinWindow(message, floor);
          sorted.records.push(admit(message, this.#contracts.get(message.type), now));
        } catch (error) {
          blocked.add(key);
          sorted.rows.push(this.#border.row(message, describeError(error), now));
        }
      }
    }
    return sorted;
  }

  /** A person looked at it: what is older than the window is taken now, unless it is there. */
  async #takeKeyAgain(key: string): Promise<TakenAgain> {
    const { log, host } = this.#options;
    const { subscription } = this.#border;
    const found = await log.waiting({ subscription, key, limit: BORDER_READ_MAX });
    const rows = inOrderOfArrival(found);
    const known = await log.recordsById(rows.map((row) => row.recordId));
    const sorted: Sorted = { records: [], rows: [], duplicates: [] };
    const sources = new Map(known.map((record) => [record.id, record.source]));
    let count = 0;
    for (const row of rows) {
      const message = messageOf(row);
      const source = sources.get(message.id);
      try {
        if (source === message.source) sorted.duplicates.push(message);
        else if (source !== undefined) throw new MessageRefusedError('id-known', message);
        else
          sorted.records.push(admit(message, this.#contracts.get(message.type), host.clock.now()));
        count += 1;
      } catch (error) {
        const attempts = row.attempts + 1;
        sorted.rows.push({ ...row, kind: 'parked', attempts, error: describeError(error) });
        break;
      }
    }
    const done = rows.slice(0, count);
    const positions = await this.#commit({ records: sorted.records });
    await this.#commit({ done, waiting: sorted.rows });
    this.#border.replace(key, rows.slice(count));
    this.#tell(sorted.records, positions, sorted.rows, sorted.duplicates);
    this.#progressed();
    return { taken: count, parked: sorted.rows.length };
  }

  async #commit(writeSet: WriteSet): Promise<readonly number[]> {
    const isEmpty = Object.values(writeSet).every((part) => part.length === 0);
    if (isEmpty) return [];
    const outcome = await this.#options.committer.commit(writeSet);
    if (outcome.kind !== 'committed') throw new Error(`intake: unexpected ${outcome.kind}`);
    return outcome.positions;
  }

  #tell(
    records: readonly IncomingRecord[],
    positions: readonly number[],
    rows: readonly WaitingRow[],
    duplicates: readonly Envelope[],
  ): void {
    const { logger, context, source } = this.#options;
    records.forEach(({ id, type, key, correlationId }, index) => {
      const position = positions[index] ?? 0;
      const event = position === 0 ? 'duplicate' : 'taken-in';
      logger.log({ level: 'info', event, context, source, id, type, key, correlationId, position });
    });
    for (const { id, type, key, correlationId } of duplicates)
      logger.log({
        level: 'info',
        event: 'duplicate',
        context,
        source,
        id,
        type,
        key,
        correlationId,
      });
    for (const row of rows) {
      const { recordId: id, key, correlationId, error, kind } = row;
      const event = kind === 'held' ? 'held' : 'parked';
      const reason = { code: error?.code, message: error?.message };
      logger.log({ level: 'warn', event, context, source, id, key, correlationId, ...reason });
    }
  }

  async #hasPassedAll(): Promise<boolean> {
    try {
      return (await this.#inlet?.lookAgain()) ?? false;
    } catch {
      // The run loop meets the same outage, and reports it.
      return false;
    }
  }

  #progress(signal: AbortSignal): { readonly made: Promise<void>; cancel(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = (): void => {
      this.#waiters.delete(cancel);
      signal.removeEventListener('abort', cancel);
      resolve();
    };
    this.#waiters.add(cancel);
    signal.addEventListener('abort', cancel, { once: true });
    return { made: promise, cancel };
  }

  #progressed(): void {
    this.#options.onProgress?.();
    for (const done of this.#waiters) done();
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

export interface TakenAgain {
  /** How many messages went into the log, or were there already. */
  readonly taken: number;
  /** How many keys are still parked. */
  readonly parked: number;
}

interface Sorted {
  readonly records: IncomingRecord[];
  readonly rows: WaitingRow[];
  readonly duplicates: Envelope[];
}

/**
 * Rows that a start may set going: those whose contract may be known by now, and those left
 * behind a row that is gone.
 */
function mayGoByNow(row: WaitingRow): boolean {
  return row.kind === 'held' || row.error?.code === 'newer-version';
}

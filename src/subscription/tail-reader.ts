import type { Vocabulary } from '../context/vocabulary.ts';
import type { Clock } from '../host/clock.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import { NewestRecords } from '../log/newest-records.ts';
import type { StoredRecord } from '../log/record.ts';
import {
  charactersOf,
  firstPage,
  isFull,
  PAGE_CHARACTERS_MAX,
  type PageBound,
} from '../log/page.ts';
import type { WriteSet } from '../log/write-set.ts';
import { Entry } from './entry.ts';
import type { Interest } from './interest.ts';

/** Records of other processes are read in pages of this size. */
const PAGE = { limit: 1_000, charactersMax: PAGE_CHARACTERS_MAX };
/** After the store failed to answer it is asked again after this time. */
const LOOK_AGAIN_MS = 250;

/** What the reading of a log itself is called where its trouble is told. */
export const END_OF_LOG = 'the end of the log';

/**
 * The one reader of a log's end in this process. What this process commits it hears from the
 * committer, in the order of positions, and reads nothing; what others commit it reads. Each
 * record becomes one `Entry`, dealt to all subscriptions. A subscription further behind than what
 * is kept reads pages of its own.
 */
export class TailReader {
  readonly #log: Log;
  readonly #vocabulary: Vocabulary;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #lookedListeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  /** For the subscriptions that are nearly up to date. */
  #newest = newestEntries(0);
  #reading: Promise<void> | undefined;
  #readAgain = false;
  /** Whether the log could not be read, so that there may be more than was seen. */
  #isBehind = false;
  /** The highest position that was committed here; it may have to wait for somebody's lower one. */
  #heardOf = 0;
  #isStarted = false;
  #isStopped = false;
  #tell: (problem: unknown) => void = () => undefined;
  #cancelLook = (): void => undefined;

  constructor(log: Log, vocabulary: Vocabulary, clock: Clock) {
    this.#log = log;
    this.#vocabulary = vocabulary;
    this.#clock = clock;
  }

  /** `tell` is told when the log cannot be read, and (with undefined) when it can be again. */
  async start(
    committer: Committer,
    tell: (problem: unknown) => void = () => undefined,
  ): Promise<void> {
    this.#tell = tell;
    this.#stops.push(
      committer.onCommitted((writeSet, positions) => this.#hear(writeSet, positions)),
      committer.onDoubt(() => this.#look()),
      this.#log.onChange((by) => by === 'foreign' && this.#look()),
    );
    this.#newest = newestEntries(await this.#log.head());
    // Somebody may have committed while the head was asked for, after it was answered.
    this.#isStarted = true;
    if (this.#readAgain) this.#look();
  }

  /** The highest position seen. */
  get head(): number {
    return this.#newest.to;
  }

  /** Whether all that is known to be there was read. */
  get isUpToDate(): boolean {
    return this.#reading === undefined && !this.#isBehind && this.head >= this.#heardOf;
  }

  /** Calls `listener` each time the head has moved. Returns how to stop it. */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls `listener` each time it has looked whether others appended something, found or not. Returns
   * how to stop it.
   */
  onLooked(listener: () => void): () => void {
    this.#lookedListeners.add(listener);
    return () => this.#lookedListeners.delete(listener);
  }

  /** Reads what others have committed by now, told of it or not. What cannot be read is behind. */
  async look(): Promise<void> {
    this.#look();
    await this.#reading;
  }

  /** All records after a position, where they are still kept. */
  since(after: number): readonly Entry[] | undefined {
    return after < this.#newest.from ? undefined : [...this.#newest.after(after)];
  }

  /**
   * What comes after a position, at most `limit` records and a page's characters: entries of
   * interest (and, near the end, others too), and how far that was read. Undefined when there is
   * nothing.
   */
  page(after: number, limit: number, interest: Interest): Page | Promise<Page> | undefined {
    if (after >= this.head) return undefined;
    const bound = { limit, charactersMax: PAGE_CHARACTERS_MAX };
    if (after < this.#newest.from) return this.#readPage(after, bound, interest);
    const entries = firstPage(this.#newest.after(after), bound, charactersOfEntry);
    return { entries, upTo: (entries.at(-1) as Entry).position };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#readAgain = false;
    this.#cancelLook();
    for (const stop of this.#stops) stop();
    await this.#reading;
  }

  async #readPage(after: number, bound: PageBound, interest: Interest): Promise<Page> {
    const head = this.head;
    const { types, directions } = interest;
    const records = await this.#log.read({ after, ...bound, types, directions });
    const entries = records.map((stored) => new Entry(this.#vocabulary, stored));
    const last = entries.at(-1)?.position ?? 0;
    return { entries, upTo: isFull(records, bound) ? last : Math.max(head, last) };
  }

  #hear(writeSet: WriteSet, positions: readonly number[]): void {
    const records = writeSet.records ?? [];
    const appended = positions.filter((position) => position > 0);
    if (appended.length === 0) return;
    this.#heardOf = Math.max(this.#heardOf, appended.at(-1) as number);
    // A hole: somebody else appended before us, or in between. Read, so that nothing is passed over.
    const isNext = appended.every((position, index) => position === this.head + 1 + index);
    if (!this.#isStarted || !isNext || this.#reading !== undefined) return this.#look();
    records.forEach((record, index) => {
      const position = positions[index] as number;
      if (position > 0) this.#newest.add(new Entry(this.#vocabulary, { ...record, position }));
    });
    this.#moved();
  }

  #look(): void {
    this.#readAgain = true;
    // Before it is known where it begins, it would read from the beginning.
    if (!this.#isStarted) return;
    this.#cancelLook();
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
      // Asked for just after it had ended.
      if (this.#readAgain) return this.#look();
      for (const listener of this.#lookedListeners) listener();
    });
  }

  async #readOn(): Promise<void> {
    while (this.#readAgain) {
      this.#readAgain = false;
      let records: readonly StoredRecord[];
      try {
        records = await this.#log.read({ after: this.head, ...PAGE });
      } catch (error) {
        // Nobody else will say that there is something: it is looked for until the store answers.
        return this.#lookLater(error);
      }
      if (this.#isBehind) this.#tell(undefined);
      this.#isBehind = false;
      for (const stored of records) this.#newest.add(new Entry(this.#vocabulary, stored));
      if (records.length > 0) this.#moved();
      if (isFull(records, PAGE)) this.#readAgain = true;
    }
  }

  #lookLater(error: unknown): void {
    if (this.#isStopped) return;
    if (!this.#isBehind) this.#tell(error);
    this.#isBehind = true;
    this.#cancelLook = this.#clock.after(LOOK_AGAIN_MS, () => this.#look());
  }

  #moved(): void {
    for (const listener of this.#listeners) listener();
  }
}

export interface Page {
  readonly entries: readonly Entry[];
  /** The position of a record that was read, of interest or not. */
  readonly upTo: number;
}

function newestEntries(start: number): NewestRecords<Entry> {
  return new NewestRecords(start, (entry) => entry.stored);
}

function charactersOfEntry(entry: Entry): number {
  return charactersOf(entry.stored);
}

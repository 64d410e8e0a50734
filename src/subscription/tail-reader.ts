import type { Vocabulary } from '../context/vocabulary.ts';
import type { Clock } from '../host/clock.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { WriteSet } from '../log/write-set.ts';
import { Entry } from './entry.ts';
import type { Interest } from './interest.ts';

/** So many of the newest records are kept for the subscriptions that are nearly up to date. */
const KEPT_MAX = 512;
/** Records of other processes are read in pages of this size. */
const PAGE = 1_000;
/** After the store failed to answer it is asked again after this time. */
const LOOK_AGAIN_MS = 250;

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
  readonly #stops: (() => void)[] = [];
  /** The kept entries: all records after `#keptAfter` up to `#head`. */
  #kept: Entry[] = [];
  #keptAfter = 0;
  #head = 0;
  #reading: Promise<void> | undefined;
  #readAgain = false;
  /** Whether the log could not be read, so that there may be more than was seen. */
  #isBehind = false;
  #isStopped = false;
  #cancelLook = (): void => undefined;

  constructor(log: Log, vocabulary: Vocabulary, clock: Clock) {
    this.#log = log;
    this.#vocabulary = vocabulary;
    this.#clock = clock;
  }

  async start(committer: Committer): Promise<void> {
    this.#stops.push(
      committer.onCommitted((writeSet, positions) => this.#hear(writeSet, positions)),
      committer.onDoubt(() => this.#look()),
      this.#log.onChange((by) => by === 'foreign' && this.#look()),
    );
    this.#head = await this.#log.head();
    this.#keptAfter = this.#head;
  }

  /** The highest position seen. */
  get head(): number {
    return this.#head;
  }

  /** Whether all that is known to be there was read. */
  get isUpToDate(): boolean {
    return this.#reading === undefined && !this.#isBehind;
  }

  /** Calls `listener` each time the head has moved. Returns how to stop it. */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All records after a position, where they are still kept. */
  since(after: number): readonly Entry[] | undefined {
    if (after < this.#keptAfter) return undefined;
    return this.#kept.slice(firstAfter(this.#kept, after));
  }

  /**
   * What comes after a position, at most `limit` records: entries of interest (and, near the end,
   * others too), and how far that was read. Undefined when there is nothing.
   */
  page(after: number, limit: number, interest: Interest): Page | Promise<Page> | undefined {
    if (after >= this.#head) return undefined;
    return after >= this.#keptAfter
      ? this.#keptPage(after, limit)
      : this.#readPage(after, limit, interest);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#readAgain = false;
    this.#cancelLook();
    for (const stop of this.#stops) stop();
    await this.#reading;
  }

  #keptPage(after: number, limit: number): Page {
    const from = firstAfter(this.#kept, after);
    const entries = this.#kept.slice(from, from + limit);
    const isAll = from + entries.length === this.#kept.length;
    return { entries, upTo: isAll ? this.#head : (entries.at(-1) as Entry).position };
  }

  async #readPage(after: number, limit: number, interest: Interest): Promise<Page> {
    const head = this.#head;
    const { types, directions } = interest;
    const records = await this.#log.read({ after, limit, types, directions });
    const entries = records.map((stored) => new Entry(this.#vocabulary, stored));
    const last = entries.at(-1)?.position ?? 0;
    return { entries, upTo: records.length === limit ? last : Math.max(head, last) };
  }

  #hear(writeSet: WriteSet, positions: readonly number[]): void {
    const records = writeSet.records ?? [];
    const first = positions.find((position) => position > 0);
    if (first === undefined) return;
    // A hole: somebody else committed before us. Read, so that nothing is passed over.
    if (first !== this.#head + 1 || this.#reading !== undefined) return this.#look();
    records.forEach((record, index) => {
      const position = positions[index] as number;
      if (position > 0) this.#keep(new Entry(this.#vocabulary, { ...record, position }));
    });
    this.#moved();
  }

  #look(): void {
    this.#readAgain = true;
    this.#cancelLook();
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
      // Asked for just after it had ended.
      if (this.#readAgain) this.#look();
    });
  }

  async #readOn(): Promise<void> {
    while (this.#readAgain) {
      this.#readAgain = false;
      const records = await this.#log
        .read({ after: this.#head, limit: PAGE })
        .catch(() => undefined);
      // Nobody else will say that there is something: it is looked for until the store answers.
      if (records === undefined) return this.#lookLater();
      this.#isBehind = false;
      for (const stored of records) this.#keep(new Entry(this.#vocabulary, stored));
      if (records.length > 0) this.#moved();
      if (records.length === PAGE) this.#readAgain = true;
    }
  }

  #lookLater(): void {
    this.#isBehind = true;
    if (!this.#isStopped) this.#cancelLook = this.#clock.after(LOOK_AGAIN_MS, () => this.#look());
  }

  #keep(entry: Entry): void {
    this.#kept.push(entry);
    this.#head = entry.position;
    if (this.#kept.length < 2 * KEPT_MAX) return;
    this.#keptAfter = (this.#kept[KEPT_MAX - 1] as Entry).position;
    this.#kept = this.#kept.slice(KEPT_MAX);
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

/** The index of the first entry after a position, by halving. */
function firstAfter(entries: readonly Entry[], position: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Entry).position <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

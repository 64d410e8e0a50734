import { LogReplacedError } from '../log/log-replaced.ts';
import { NEWEST_CHARACTERS_MAX, NewestRecords } from '../log/newest-records.ts';
import { charactersOf, firstPage, isFull } from '../log/page.ts';
import type { PageBound } from '../log/page.ts';
import type { PublishedLog, PublishedRecord } from '../log/store.ts';

const PAGE_RECORDS = 512;

/**
 * The newest part of what one context has published, read once for all its consumers in this
 * process. A commit of the publisher costs one query, however many consumers there are, and
 * nothing costs a query while nothing is committed. A consumer that is further behind than the
 * window reads the log itself, in pages, until it has caught up.
 */
export class PublishedWindow {
  readonly #log: PublishedLog;
  readonly #types = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  readonly #charactersMax: number;
  /** Those of #types: all consumers share one read. */
  #newest: NewestRecords<PublishedRecord>;
  /** Whether something may have been committed since it was last read to the end. */
  #isStale = true;
  /** Whether the last look ended with its page, and not with the log. */
  #isCut = false;
  /** Set when the log is another one than that which was read. */
  #replaced: LogReplacedError | undefined;
  #reading: Promise<void> | undefined;

  private constructor(log: PublishedLog, charactersMax: number) {
    this.#log = log;
    this.#charactersMax = charactersMax;
    this.#newest = newestRecords(0, charactersMax);
    this.#stopListening = log.onChange(() => {
      this.#isStale = true;
      this.#wake();
    });
  }

  /**
   * Listens first and looks then, so that no commit falls between.
   *
   * @param charactersMax so many are kept, where it is not as many as of a whole log
   */
  static async open(
    log: PublishedLog,
    charactersMax = NEWEST_CHARACTERS_MAX,
  ): Promise<PublishedWindow> {
    const window = new PublishedWindow(log, charactersMax);
    window.#newest = newestRecords(await log.head(), charactersMax);
    return window;
  }

  /** These types are read from now on. Called before anything of them is asked for. */
  addTypes(types: readonly string[]): void {
    if (types.every((type) => this.#types.has(type))) return;
    for (const type of types) this.#types.add(type);
    this.#newest.clear();
  }

  /** Calls `listener` when there may be more to read. Returns how to stop it. */
  onMore(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Up to here all of what any consumer in this process takes was read. */
  get readTo(): number {
    return this.#newest.to;
  }

  /** Whether the log is another one by now, so that nothing more is to be had here. */
  get isReplaced(): boolean {
    return this.#replaced !== undefined;
  }

  /** Whether a reader of these types that stands at a position has read all; asks nobody. */
  hasNothingFor(position: number, types: ReadonlySet<string>): boolean {
    if (this.#isStale || this.#reading !== undefined) return false;
    return this.knowsNothingFor(position, types);
  }

  /** Whether nothing for it was found by the last look; somebody may be looking again. */
  knowsNothingFor(position: number, types: ReadonlySet<string>): boolean {
    if (this.#replaced !== undefined || position < this.#newest.from) return false;
    if (this.#isCut) return false;
    return this.#firstAfter(position, types) === undefined;
  }

  /** The next records of these types after a position, and how far it has looked for them. */
  async read(after: number, types: ReadonlySet<string>, bound: PageBound): Promise<Page> {
    if (this.#replaced !== undefined) throw this.#replaced;
    if (after < this.#newest.from) return this.#readLog(after, types, bound);
    if (this.#firstAfter(after, types) === undefined) await this.#refresh();
    if (after < this.#newest.from) return this.#readLog(after, types, bound);
    const records = firstPage(this.#wantedAfter(after, types), bound, charactersOf);
    return pageOf(records, bound, Math.max(after, this.#newest.to));
  }

  /** Reads what is there now, whether or not it was told that something changed. */
  async lookAgain(): Promise<void> {
    this.#isStale = true;
    try {
      await this.#refresh();
    } catch (error) {
      // Whoever looks in passing may not look again: those who read here do.
      this.#wake();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#log.close();
  }

  async #readLog(after: number, types: ReadonlySet<string>, bound: PageBound): Promise<Page> {
    // Taken before reading: what is not found up to here will never be there.
    const from = this.#newest.from;
    const records = await this.#ask({ after, types: [...types], ...bound });
    return pageOf(records, bound, Math.max(from, records.at(-1)?.position ?? after));
  }

  /** Reads on until there is something new or nothing more; those who ask meanwhile share it. */
  async #refresh(): Promise<void> {
    if (this.#reading !== undefined) await this.#reading;
    if (!this.#isStale) return;
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  async #readOn(): Promise<void> {
    // Before the read: a commit during it makes it stale again.
    this.#isStale = false;
    try {
      const types = [...this.#types];
      // Half of what is kept: what was read is still there for whoever is told of it.
      const bound = { limit: PAGE_RECORDS, charactersMax: this.#charactersMax / 2 };
      const page = await this.#ask({ after: this.#newest.to, types, ...bound });
      this.#isCut = isFull(page, bound);
      if (this.#isCut) this.#isStale = true;
      // Types were added while it was read: it is not the whole of them.
      if (types.length !== this.#types.size) this.#isStale = true;
      else if (page.length > 0) this.#keep(page);
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  async #ask(query: Parameters<PublishedLog['read']>[0]): Promise<readonly PublishedRecord[]> {
    try {
      return await this.#log.read(query);
    } catch (error) {
      if (error instanceof LogReplacedError) this.markReplaced(error);
      throw error;
    }
  }

  /** All who read it are told by their next read. */
  markReplaced(error: LogReplacedError): void {
    this.#replaced = error;
    this.#wake();
  }

  #keep(page: readonly PublishedRecord[]): void {
    for (const record of page) this.#newest.add(record);
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }

  #firstAfter(position: number, types: ReadonlySet<string>): PublishedRecord | undefined {
    for (const record of this.#wantedAfter(position, types)) return record;
    return undefined;
  }

  *#wantedAfter(position: number, types: ReadonlySet<string>): Generator<PublishedRecord> {
    for (const record of this.#newest.after(position))
      if (types.has(record.addressedTo ?? record.type)) yield record;
  }
}

export interface Page {
  readonly records: readonly PublishedRecord[];
  /** Nothing of the asked types is missing up to here. */
  readonly to: number;
}

/** A page that did not end at a bound holds everything up to the end. */
function pageOf(records: readonly PublishedRecord[], bound: PageBound, end: number): Page {
  const last = records.at(-1);
  return { records, to: last !== undefined && isFull(records, bound) ? last.position : end };
}

function newestRecords(start: number, charactersMax: number): NewestRecords<PublishedRecord> {
  return new NewestRecords(start, (record) => record, charactersMax);
}

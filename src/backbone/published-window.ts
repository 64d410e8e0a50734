import { LogReplacedError } from '../log/log-replaced.ts';
import type { PublishedLog } from '../log/store.ts';
import type { StoredRecord } from '../log/record.ts';

/** The newest records are kept, from so many to twice as many: all consumers share one read. */
const RECORDS_MAX = 512;
const PAGE_SIZE = 512;

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
  /** All records of #types after #from, up to #to. */
  #records: StoredRecord[] = [];
  #from = 0;
  #to = 0;
  /** Whether something may have been committed since it was last read to the end. */
  #isStale = true;
  /** Set when the log is another one than that which was read. */
  #replaced: LogReplacedError | undefined;
  #reading: Promise<void> | undefined;

  private constructor(log: PublishedLog) {
    this.#log = log;
    this.#stopListening = log.onChange(() => {
      this.#isStale = true;
      this.#wake();
    });
  }

  /** Listens first and looks then, so that no commit falls between. */
  static async open(log: PublishedLog): Promise<PublishedWindow> {
    const window = new PublishedWindow(log);
    window.#from = window.#to = await log.head();
    return window;
  }

  /** These types are read from now on. Called before anything of them is asked for. */
  addTypes(types: readonly string[]): void {
    if (types.every((type) => this.#types.has(type))) return;
    for (const type of types) this.#types.add(type);
    this.#records = [];
    this.#from = this.#to;
  }

  /** Calls `listener` when there may be more to read. Returns how to stop it. */
  onMore(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether the log is another one by now, so that nothing more is to be had here. */
  get isReplaced(): boolean {
    return this.#replaced !== undefined;
  }

  /** Whether a reader of these types that stands at a position has read all; asks nobody. */
  hasNothingFor(position: number, types: ReadonlySet<string>): boolean {
    if (this.#replaced !== undefined) return false;
    if (this.#isStale || this.#reading !== undefined || position < this.#from) return false;
    return this.#firstAfter(position, types) === undefined;
  }

  /** The next records of these types after a position, and how far it has looked for them. */
  async read(after: number, types: ReadonlySet<string>, limit: number): Promise<Page> {
    if (this.#replaced !== undefined) throw this.#replaced;
    if (after < this.#from) return this.#readLog(after, types, limit);
    if (this.#firstAfter(after, types) === undefined) await this.#refresh();
    if (after < this.#from) return this.#readLog(after, types, limit);
    const records: StoredRecord[] = [];
    for (let index = this.#indexAfter(after); index < this.#records.length; index += 1) {
      const record = this.#records[index] as StoredRecord;
      if (!types.has(record.type)) continue;
      if (records.length === limit) return { records, to: positionOfLast(records) };
      records.push(record);
    }
    return { records, to: Math.max(after, this.#to) };
  }

  /** Reads what is there now, whether or not it was told that something changed. */
  async lookAgain(): Promise<void> {
    this.#isStale = true;
    await this.#refresh();
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#log.close();
  }

  async #readLog(after: number, types: ReadonlySet<string>, limit: number): Promise<Page> {
    // Taken before reading: what is not found up to here will never be there.
    const from = this.#from;
    const records = await this.#ask({ after, types: [...types], limit });
    const to = records.length === 0 ? after : positionOfLast(records);
    return { records, to: records.length < limit ? Math.max(to, from) : to };
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
      const page = await this.#ask({ after: this.#to, types, limit: PAGE_SIZE });
      if (page.length === PAGE_SIZE) this.#isStale = true;
      // Types were added while it was read: it is not the whole of them.
      if (types.length !== this.#types.size) this.#isStale = true;
      else if (page.length > 0) this.#keep(page);
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
  }

  async #ask(query: Parameters<PublishedLog['read']>[0]): Promise<readonly StoredRecord[]> {
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

  #keep(page: readonly StoredRecord[]): void {
    this.#records.push(...page);
    this.#to = positionOfLast(page);
    // Half of it at once, so that a steady trickle does not move the whole array each time.
    if (this.#records.length > 2 * RECORDS_MAX) {
      const dropped = this.#records.splice(0, this.#records.length - RECORDS_MAX);
      this.#from = positionOfLast(dropped);
    }
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }

  #firstAfter(position: number, types: ReadonlySet<string>): StoredRecord | undefined {
    for (let index = this.#indexAfter(position); index < this.#records.length; index += 1) {
      const record = this.#records[index] as StoredRecord;
      if (types.has(record.type)) return record;
    }
    return undefined;
  }

  #indexAfter(position: number): number {
    if (position >= this.#to) return this.#records.length;
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle] as StoredRecord).position > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

export interface Page {
  readonly records: readonly StoredRecord[];
  /** Nothing of the asked types is missing up to here. */
  readonly to: number;
}

function positionOfLast(records: readonly StoredRecord[]): number {
  return (records.at(-1) as StoredRecord).position;
}

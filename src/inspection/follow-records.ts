import type { LogQuery } from '../log/log.ts';
import { isFull } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import { type RecordSelection, isChosen } from './follow-from.ts';
import type { OpenLog } from './open-logs.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** So many records, and so many characters, of each log are in memory at most. */
const BOUND = { limit: 200, charactersMax: 1_048_576 };

/**
 * The records of some logs as they come, after a position in each, until `signal` aborts. Nothing
 * is read before it is asked for: whoever takes them slowly holds no more than a page of each log in
 * memory. Those of one log come in their order; those of several by the time at which they were
 * recorded, as far as they are known when it is their turn.
 */
export async function* followRecords(
  logs: readonly OpenLog[],
  {
    after,
    selection,
    signal,
  }: {
    /** In the order of the logs. */
    readonly after: readonly number[];
    readonly selection: RecordSelection;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<ShownRecord> {
  const change = new Change(signal);
  const followed = logs.map(
    (open, index) => new FollowedLog(open, { after: after[index] ?? 0, selection, change }),
  );
  try {
    while (!signal.aborted) {
      await Promise.all(followed.map((each) => each.fill(signal)));
      const next = earliest(followed);
      if (next !== undefined && !signal.aborted) yield next.take();
      else if (!followed.some(({ mayHaveMore }) => mayHaveMore)) await change.next();
    }
  } finally {
    for (const each of followed) each.stop();
    change.stop();
  }
}

/** One log, and a page of what comes next in it. */
class FollowedLog {
  readonly #open: OpenLog;
  readonly #selection: RecordSelection;
  readonly stop: () => void;
  #page: StoredRecord[] = [];
  #after: number;
  mayHaveMore = true;

  constructor(
    open: OpenLog,
    given: {
      readonly after: number;
      readonly selection: RecordSelection;
      readonly change: Change;
    },
  ) {
    this.#open = open;
    this.#after = given.after;
    this.#selection = given.selection;
    this.stop = open.log.onChange(() => {
      this.mayHaveMore = true;
      given.change.happened();
    });
  }

  get next(): StoredRecord | undefined {
    return this.#page[0];
  }

  take(): ShownRecord {
    return shownRecord(this.#open.vocabulary, this.#page.shift() as StoredRecord);
  }

  /** Reads on until something is there, or nothing more is. */
  async fill(signal: AbortSignal): Promise<void> {
    while (this.#page.length === 0 && this.mayHaveMore && !signal.aborted) {
      // Before it reads: what comes meanwhile must not be missed.
      this.mayHaveMore = false;
      const end = await this.#end();
      const page = await this.#open.log.read(this.#query());
      const isMore = isFull(page, BOUND);
      this.mayHaveMore ||= isMore;
      const last = page.at(-1)?.position ?? 0;
      this.#after = isMore ? last : Math.max(this.#after, end, last);
      this.#page = page.filter((record) => isChosen(record, this.#selection));
    }
  }

  /** A log is not looked through again and again for what is seldom in it. */
  async #end(): Promise<number> {
    const { types, directions } = this.#selection;
    return types === undefined && directions === undefined ? 0 : this.#open.log.head();
  }

  #query(): LogQuery {
    const { types, directions } = this.#selection;
    const query = { after: this.#after, ...BOUND };
    return { ...query, ...(types && { types }), ...(directions && { directions }) };
  }
}

/** Wakes whoever waits for something to happen, or for the end. */
class Change {
  readonly #signal: AbortSignal;
  readonly #wake = (): void => this.happened();
  #waiting = Promise.withResolvers<void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#wake);
  }

  happened(): void {
    this.#waiting.resolve();
  }

  async next(): Promise<void> {
    if (!this.#signal.aborted) await this.#waiting.promise;
    this.#waiting = Promise.withResolvers();
  }

  stop(): void {
    this.#signal.removeEventListener('abort', this.#wake);
  }
}

function earliest(followed: readonly FollowedLog[]): FollowedLog | undefined {
  return followed.reduce<FollowedLog | undefined>((first, each) => {
    if (each.next === undefined) return first;
    const isEarlier = each.next.recordedAt < (first?.next?.recordedAt ?? Number.POSITIVE_INFINITY);
    return isEarlier ? each : first;
  }, undefined);
}

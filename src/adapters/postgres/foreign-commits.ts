import type { CancelTimer, Clock } from '../../host/clock.ts';
import type { Ask } from './database.ts';
import { codeOf } from './errors.ts';
import type { Place } from './schema.ts';

/** A transaction that something was staged in is looked at after this time, and then ever later. */
const LOOK_MS = 2;
const LOOK_MS_MAX = 1_000;
/** After a look that found a commit, the next one waits for so long: many share it then. */
const AFTER_FOUND_MS = 10;
/** While many are open, each look costs more, and they are made less often. */
const OPEN_PER_MS = 10;
/** What the server says of the number of a transaction that it has not come to. */
const IN_THE_FUTURE = '22023';
/** More transactions than this are not looked at; what they publish is found by the poll. */
const OPEN_MAX = 10_000;

/**
 * Sees when transactions commit that are not ours: nobody says so, and a notification within them
 * would hold up the commits of all others. While some of which we know are open, the server is
 * asked what became of them; while there are none, nothing is asked.
 */
export class ForeignCommits {
  readonly #options: ForeignCommitsOptions;
  /** By the number of the transaction. */
  readonly #open = new Map<string, OpenTransaction>();
  #looksFrom = 0;
  #cancel: CancelTimer | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: ForeignCommitsOptions) {
    this.#options = options;
  }

  /** Something was staged in a log by this transaction. */
  watch(place: Place, transaction: string): void {
    const known = this.#open.get(transaction);
    if (this.#isClosed || (known === undefined && this.#open.size >= OPEN_MAX)) return;
    const places = (known?.places ?? new Map<string, Place>()).set(place.context, place);
    const dueMs = this.#options.clock.elapsedMs() + LOOK_MS;
    this.#open.set(transaction, { places, dueMs, gapMs: LOOK_MS });
    this.#lookLater();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#looking;
  }

  #lookLater(): void {
    if (this.#isClosed || this.#looking !== undefined || this.#open.size === 0) return;
    this.#cancel?.();
    const dueMs = Math.min(...[...this.#open.values()].map((each) => each.dueMs));
    const { clock } = this.#options;
    const delayMs = Math.max(dueMs, this.#looksFrom) - clock.elapsedMs();
    this.#cancel = clock.after(Math.max(0, delayMs), () => {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
        this.#lookLater();
      });
    });
  }

  async #look(): Promise<void> {
    const { ask, clock } = this.#options;
    const now = clock.elapsedMs();
    const due = [...this.#open].filter(([, { dueMs }]) => dueMs <= now);
    for (const [, each] of due) {
      each.gapMs = Math.min(LOOK_MS_MAX, each.gapMs * 2);
      each.dueMs = now + each.gapMs;
    }
    let hasFound = false;
    try {
      const sql = `select t, pg_xact_status(t::xid8) from unnest($1::text[]) t`;
      const rows = await ask<[string, Status]>(sql, [due.map(([transaction]) => transaction)]);
      for (const [transaction, status] of rows) if (this.#end(transaction, status)) hasFound = true;
    } catch (error) {
      // The server is away: it is asked again, at growing gaps. Or it is not the one, or not the
      // life of it, that one of them ran in: nobody will ever know more of them.
      if (codeOf(error) === IN_THE_FUTURE)
        for (const [transaction] of due) this.#end(transaction, null);
    }
    const pauseMs = Math.max(hasFound ? AFTER_FOUND_MS : LOOK_MS, this.#open.size / OPEN_PER_MS);
    this.#looksFrom = clock.elapsedMs() + pauseMs;
  }

  /** Whether it was committed. One so old that the server has forgotten it may have been. */
  #end(transaction: string, status: Status): boolean {
    const ended = this.#open.get(transaction);
    if (status === 'in progress' || ended === undefined) return false;
    this.#open.delete(transaction);
    if (status === 'aborted') return false;
    for (const place of ended.places.values()) this.#options.onCommitted(place);
    return true;
  }
}

export interface ForeignCommitsOptions {
  readonly ask: Ask;
  readonly clock: Clock;
  /** Called for each log that a transaction has published in. */
  readonly onCommitted: (place: Place) => void;
}

type Status = 'in progress' | 'committed' | 'aborted' | null;

interface OpenTransaction {
  /** By context. */
  readonly places: Map<string, Place>;
  dueMs: number;
  gapMs: number;
}

import type { Clock } from '../../host/clock.ts';
import type { StoredRecord } from '../../log/record.ts';
import type { LogBehindError } from '../../log/log-behind.ts';
import type { Ask } from './database.ts';
import { behind } from './restored-log.ts';
import type { Place } from './schema.ts';

/** The locks of the server are looked through at most so often. */
const LOOK_MS = 2;
/** While something is held up and nobody reads it is looked after this time, and then ever later. */
const AGAIN_MS = 20;
const AGAIN_MS_MAX = 1_000;

/** So far positions may go back at a crash and still come beyond all before: see migration 2. */
const LIFE_GAP = 1_000_000;

/**
 * How far a log can be read. Positions are given out before their transactions commit, so behind a
 * hole there may be something still to come: see migration 2.
 *
 * While positions follow each other without a hole nothing is asked. At a hole it asks how far all
 * writers have come, and whatever is read up to there **after that** is complete for ever.
 */
export class Horizon {
  readonly #options: HorizonOptions;
  /** Nothing can come any more up to here. */
  #settled = 0;
  #looking: Promise<number> | undefined;
  #lookedAt = -Infinity;
  #againMs = AGAIN_MS;
  #cancel: (() => void) | undefined;
  #isClosed = false;
  #behind: LogBehindError | undefined;
  /** Where writers hold it, and since when. */
  #held: { readonly at: number; readonly since: number } | undefined;

  constructor(options: HorizonOptions) {
    this.#options = options;
  }

  /** How far it is known to be complete, without asking. */
  get settled(): number {
    return this.#settled;
  }

  /**
   * @throws {LogBehindError} when more was read here than the log has given out: it was restored
   * from a backup in the meantime, and what it gives out now would never be asked for.
   */
  assertNotBehind(): void {
    if (this.#behind !== undefined) throw this.#behind;
  }

  /** For how long readers have come no further, because a writer has not ended. */
  get heldMs(): number {
    return this.#held === undefined ? 0 : this.#options.clock.elapsedMs() - this.#held.since;
  }

  /**
   * Whether a page that was read in one statement, of all records after `after`, has no hole up
   * to its end that something could still fill. `settled` is what was known before that statement:
   * what was learnt meanwhile may count on records that it came too early to see.
   */
  holds(
    page: readonly Pick<StoredRecord, 'position'>[],
    { after, settled }: { readonly after: number; readonly settled: number },
  ): boolean {
    const last = page.at(-1)?.position ?? after;
    if (last <= settled) return true;
    let next = Math.max(after, settled) + 1;
    for (const { position } of page) {
      if (position < next) continue;
      if (position !== next) return false;
      next += 1;
    }
    if (after <= settled) this.#settled = Math.max(this.#settled, last);
    return true;
  }

  /**
   * How far can be read by the next statement.
   *
   * @throws {LogBehindError} see `assertNotBehind`.
   */
  async look(): Promise<number> {
    // One look serves all who come while it is under way: theirs is an older one then, no wrong one.
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  async #lookNow(): Promise<number> {
    const { ask, place, clock } = this.#options;
    const { schema } = place;
    const sinceMs = clock.elapsedMs() - this.#lookedAt;
    if (sinceMs < LOOK_MS) await clock.sleep(LOOK_MS - sinceMs);
    this.#lookedAt = clock.elapsedMs();
    // As it was before: pages that are read meanwhile may have come further than the answer.
    const position = this.#settled;
    const sql = `select horizon, drawn, is_begun from ${schema}.horizon_v1()`;
    const [[horizon, drawn, isBegun] = [0, 0, false]] = await ask<[number, number, boolean]>(sql);
    const isBehind = drawn + (isBegun ? 0 : LIFE_GAP) < position;
    const found = { last: drawn, neighbour: 'a process that reads it', position };
    this.#behind = isBehind ? behind(place, found) : undefined;
    this.assertNotBehind();
    const isMoved = horizon > this.#settled;
    if (isMoved) this.#againMs = AGAIN_MS;
    this.#cancel?.();
    // Whoever was kept from something by a look before this one is not the one who looks now.
    if (this.#held !== undefined && isMoved) this.#options.onMove();
    if (horizon >= drawn) this.#held = undefined;
    else {
      if (this.#held?.at !== horizon) this.#held = { at: horizon, since: clock.elapsedMs() };
      this.#lookAgain();
    }
    // Before the first append in a server's life there may still come what once was a dead hole.
    if (!isBegun) return horizon;
    this.#settled = Math.max(this.#settled, horizon);
    return this.#settled;
  }

  /**
   * Whoever holds it up may end without a word: roll back, or be killed. Then nobody is told that
   * what is behind can be read, so it is looked for.
   */
  #lookAgain(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.clock.after(this.#againMs, () => {
      this.#againMs = Math.min(AGAIN_MS_MAX, this.#againMs * 2);
      // Whoever was kept is told by it. What fails here fails for whoever is woken, too, and is told.
      this.look().catch(() => this.#options.onMove());
    });
  }
}

export interface HorizonOptions {
  readonly ask: Ask;
  readonly place: Place;
  readonly clock: Clock;
  /** Called when what a reader was kept from can be read. */
  readonly onMove: () => void;
}

import type { Clock } from '../host/clock.ts';
import type { LogReader } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { dealEach } from './deal-anew.ts';

/** So many rows of a subscription are looked at. */
const ROWS_MAX = 1_000_000;
/** Whether they were dealt is looked for so often, … */
const LOOK_MS = 50;
/** … and for so long: a few leases of those who are to deal them, which may have died. */
const OWED_MS_MAX = 30_000;

/**
 * Rows in slots of others that belong to slots of this owner by the key function of today: they were
 * dealt by another one, and whoever begins with their slots is about to deal them. What follows under
 * their keys waits until that is done, so that the order of each key holds over a change of it.
 *
 * Nobody else can deal them: that takes the fence of the slots that they are in.
 */
export class OwedRows {
  readonly #subscription: string;
  readonly #parts: OwedRowsParts;
  readonly #rows: ReadonlySet<string>;
  readonly #endMs: number;

  private constructor(subscription: string, parts: OwedRowsParts, rows: readonly WaitingRow[]) {
    this.#subscription = subscription;
    this.#parts = parts;
    this.#rows = new Set(rows.map(placeOf));
    this.#endMs = parts.clock.elapsedMs() + OWED_MS_MAX;
  }

  /** Undefined when there are none. */
  static async find(subscription: string, parts: OwedRowsParts): Promise<OwedRows | undefined> {
    const { log, isOurs, keysOf } = parts;
    const others = await rowsOfOthers(subscription, parts);
    const dealt = await dealEach(others, log, keysOf);
    const owed = others.filter((_, index) => isOurs((dealt[index] as WaitingRow).slot));
    return owed.length === 0 ? undefined : new OwedRows(subscription, parts, owed);
  }

  /**
   * Resolves when none of them is where it was, or when that takes too long: then whoever has them
   * deals otherwise, and will do so until it ends.
   */
  async dealt(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted && clock.elapsedMs() < this.#endMs) {
      const others = await rowsOfOthers(this.#subscription, this.#parts);
      if (!others.some((row) => this.#rows.has(placeOf(row)))) return;
      await clock.sleep(LOOK_MS, signal);
    }
  }
}

export interface OwedRowsParts {
  readonly log: Pick<LogReader, 'waiting' | 'recordsById'>;
  readonly clock: Pick<Clock, 'elapsedMs' | 'sleep'>;
  readonly isOurs: (slot: number) => boolean;
  readonly keysOf: (record: StoredRecord) => readonly string[];
}

async function rowsOfOthers(
  subscription: string,
  { log, isOurs }: OwedRowsParts,
): Promise<readonly WaitingRow[]> {
  const rows = await log.waiting({ subscription, limit: ROWS_MAX });
  return rows.filter(({ slot }) => !isOurs(slot));
}

function placeOf({ key, recordId }: WaitingRow): string {
  return JSON.stringify([key, recordId]);
}

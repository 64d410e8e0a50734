import type { LogReader } from '../log/log.ts';
import type { WaitingError, WaitingRow } from '../log/waiting-row.ts';
import type { Edited } from '../subscription/edited.ts';
import type { Envelope } from './backbone.ts';

/** So many messages of one source may wait at the border; then nothing more is taken from it. */
export const BORDER_ROWS_MAX = 10_000;
/** The last batch before that may end above the bound. */
export const BORDER_READ_MAX = 2 * BORDER_ROWS_MAX;

/** The subscription under which messages of a source wait at the border. */
export function borderSubscription(source: string): string {
  return `intake from ${source}`;
}

/**
 * What waits at the border of a context: messages of one source that could not be taken in
 * (`parked`), and later ones of the same key, which wait behind them (`held`). This is what is
 * known of it in memory, the same as in the waiting table: by key, in order of arrival, the ids and
 * where each stands in its publisher's log.
 */
export class Border {
  readonly subscription: string;
  #positionsByKey = new Map<string, Map<string, number>>();
  #arrivals = 0;
  #size = 0;

  constructor(source: string) {
    this.subscription = borderSubscription(source);
  }

  /** Reads what waits; answers with the first row of each key. */
  async load(log: LogReader): Promise<readonly WaitingRow[]> {
    const { subscription } = this;
    const rows = await log.waiting({ subscription, limit: BORDER_READ_MAX });
    this.#positionsByKey = new Map();
    this.#size = 0;
    const firsts: WaitingRow[] = [];
    for (const row of inOrderOfArrival(rows)) {
      if (!this.isBlocked(row.key)) firsts.push(row);
      this.add(row);
    }
    return firsts;
  }

  get isFull(): boolean {
    return this.#size >= BORDER_ROWS_MAX;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /**
   * The message that holds back what stands at or before a position of the publisher's log: one
   * whose place is not known may.
   */
  holding(position: number): { readonly key: string; readonly recordId: string } | undefined {
    for (const [key, positions] of this.#positionsByKey) {
      const [recordId] = positions.keys();
      if (recordId !== undefined && [...positions.values()].some((place) => place <= position))
        return { key, recordId };
    }
    return undefined;
  }

  isBlocked(key: string): boolean {
    return this.#positionsByKey.has(key);
  }

  has(key: string, id: string): boolean {
    return this.#positionsByKey.get(key)?.has(id) ?? false;
  }

  /** A row for a message that is set aside. It counts once it is committed and added. */
  row(envelope: Envelope, error: WaitingError | null, now: number): WaitingRow {
    this.#arrivals += 1;
    return {
      subscription: this.subscription,
      key: envelope.key,
      recordId: envelope.id,
      kind: error === null ? 'held' : 'parked',
      position: 0,
      slot: 0,
      due: now,
      attempts: error === null ? 0 : 1,
      error,
      correlationId: envelope.correlationId,
      since: now,
      payload: JSON.stringify({ ...envelope, arrival: this.#arrivals } satisfies SetAside),
    };
  }

  add(row: WaitingRow): void {
    const { arrival, position = 0 } = messageOf(row);
    const positions = this.#positionsByKey.get(row.key) ?? new Map<string, number>();
    if (!positions.has(row.recordId)) this.#size += 1;
    this.#positionsByKey.set(row.key, positions.set(row.recordId, position));
    this.#arrivals = Math.max(this.#arrivals, arrival);
  }

  /** What waits of this key is now this. */
  replace(key: string, rows: readonly WaitingRow[]): void {
    this.#size -= this.#positionsByKey.get(key)?.size ?? 0;
    this.#positionsByKey.delete(key);
    for (const row of rows) this.add(row);
  }
}

/**
 * A message that was set aside, and when it came among all those from its source; and what a person has
 * put in the place of its data.
 */
export type SetAside = Envelope & { readonly arrival: number; readonly edited?: Edited };

export function messageOf(row: WaitingRow): SetAside {
  return JSON.parse(row.payload ?? '') as SetAside;
}

export function inOrderOfArrival(rows: readonly WaitingRow[]): readonly WaitingRow[] {
  return rows
    .map((row) => ({ row, arrival: messageOf(row).arrival }))
    .toSorted((a, b) => a.arrival - b.arrival)
    .map(({ row }) => row);
}

/** Too much waits at the border: most likely everything does, and somebody should look. */
export class BorderFullError extends Error {
  override readonly name = 'BorderFullError';
  readonly code = 'border-full';
  readonly retryable = false;
  readonly source: string;

  constructor(source: string) {
    super(
      `${BORDER_ROWS_MAX} messages from ${JSON.stringify(source)} wait at the border. Nothing more ` +
        'is taken from it until some are redriven or discarded; see thereupon parked list.',
    );
    this.source = source;
  }
}

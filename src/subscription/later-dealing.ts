import type { WaitingRow } from '../log/waiting-row.ts';
import { StoppingError } from '../reaction/under-way.ts';
import { withKeysKnown } from './keys-unknown.ts';
import type { OwnedRange } from './owned-range.ts';
import { slotOf } from './slot.ts';
import type { WaitingRoom } from './waiting-room.ts';

/**
 * Rows whose keys could not be told when they were written, and can be told now. They are dealt to
 * their keys between two batches: within one, records of those keys may be about to be handled.
 */
export class LaterDealing {
  readonly #toDeal: ToDeal[] = [];
  readonly #parts: LaterDealingParts;

  constructor(parts: LaterDealingParts) {
    this.#parts = parts;
  }

  /** Resolves when it was dealt. */
  deal(row: WaitingRow, keys: readonly string[]): Promise<undefined> {
    // Whoever stops the room waits for this, and may be the one who would deal.
    if (this.#parts.room.isStopped) throw new StoppingError();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#toDeal.push({ row, keys, resolve, reject });
    this.#parts.onMore();
    return promise;
  }

  /** Nothing else is handled meanwhile. */
  async dealAll(): Promise<void> {
    for (const { row, keys, resolve, reject } of this.#toDeal.splice(0))
      await this.#dealOne(row, keys).then(resolve, reject);
  }

  giveUp(why: unknown): void {
    for (const { reject } of this.#toDeal.splice(0)) reject(why);
  }

  async #dealOne(row: WaitingRow, keys: readonly string[]): Promise<undefined> {
    const { range, room, kind } = this.#parts;
    const known = withKeysKnown(row);
    const again = { ...known, kind, due: 0, attempts: 0, error: null } as const;
    // Under a key of its own even when that is the same: the row that waits now will be gone.
    const waiting = keys.map((key) => ({ ...again, key, slot: slotOf(key) }));
    const others = waiting.filter(({ key }) => key !== row.key);
    const isSame = others.length < waiting.length;
    const written = [...waiting, ...this.#parts.tellOwners(waiting)];
    await range.commit({ waiting: written, ...(isSame ? {} : { done: [row] }) });
    for (const other of others) if (range.has(other.key)) room.add(other);
    if (isSame) room.insertSecond({ ...again, slot: row.slot });
    return undefined;
  }
}

interface ToDeal {
  readonly row: WaitingRow;
  readonly keys: readonly string[];
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: unknown) => void;
}

export interface LaterDealingParts {
  readonly range: OwnedRange;
  readonly room: Pick<WaitingRoom, 'isStopped' | 'add' | 'insertSecond'>;
  /** The kind of a row that is to be tried. */
  readonly kind: 'effect' | 'retry';
  /** What is written with rows of which some are in slots of others, so that these hear of it. */
  readonly tellOwners: (rows: readonly WaitingRow[]) => readonly WaitingRow[];
  readonly onMore: () => void;
}

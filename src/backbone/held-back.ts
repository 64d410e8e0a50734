import type { Clock } from '../host/clock.ts';
import type { Committer } from '../log/committer.ts';
import type { Log } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { WaitingError, WaitingRow } from '../log/waiting-row.ts';
import type { Checkpoint, WriteSet } from '../log/write-set.ts';
import { describeError } from '../subscription/failure.ts';
import { FencedError, RecordGoneError } from '../subscription/fenced.ts';
import type { Decision } from '../subscription/subscription.ts';
import { MessageNotCarriedError } from './backbone.ts';

/** All of them: what is held back is for a person to look at soon. */
const ROWS_MAX = 1_000_000;
/** So many messages of a key are handed over before it is noted that they are. */
const NOTED_TOGETHER = 256;

export interface HeldBackParts {
  readonly log: Log;
  readonly committer: Committer;
  readonly clock: Clock;
  /** Hands over one message, confirmed. */
  readonly hand: (record: StoredRecord) => Promise<void>;
  /** Called for each row, once it is committed. */
  readonly onRow: (row: WaitingRow) => void;
}

/**
 * What a relay holds back: messages that the backbone does not carry (`parked`), and later ones of
 * their keys (`held`), as rows of the waiting table. So the checkpoint passes them, and other keys go
 * on. When a person has decided about the parked one, what is held behind it goes, in order.
 */
export class HeldBack {
  readonly #parts: HeldBackParts;
  /** By key, where the parked message stands; undefined once it is gone and others are to go. */
  readonly #parkedAt = new Map<string, number | undefined>();
  /** Keys of which some is to go by itself. */
  readonly #free = new Set<string>();
  #checkpoint: Checkpoint | undefined;
  /** Holding back and letting go happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: HeldBackParts) {
    this.#parts = parts;
  }

  /** Reads what is held back; from now on it is up to who owns this checkpoint. */
  async load(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoint = checkpoint;
    const { subscription } = checkpoint;
    for (const row of await this.#parts.log.waiting({ subscription, limit: ROWS_MAX })) {
      const before = this.#parkedAt.get(row.key);
      this.#parkedAt.set(row.key, row.kind === 'parked' ? row.position : before);
    }
    for (const [key, position] of this.#parkedAt) if (position === undefined) this.#free.add(key);
  }

  /** Keys that `letGo` is to be asked for; each is answered once. */
  takeFree(): readonly string[] {
    const keys = [...this.#free];
    this.#free.clear();
    return keys;
  }

  get hasFree(): boolean {
    return this.#free.size > 0;
  }

  /** When what is being done now is done. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  /** Sets aside what is of keys that are held back. Answers with the others, which may go. */
  async hold(records: readonly StoredRecord[]): Promise<readonly StoredRecord[]> {
    const isHeld = ({ key }: StoredRecord): boolean => this.#parkedAt.has(key);
    if (!records.some(isHeld)) return records;
    return this.#inTurn(async () => {
      // The parked one comes again when the checkpoint had not passed it.
      const rows = records
        .filter((record) => isHeld(record) && this.#parkedAt.get(record.key) !== record.position)
        .map((record) => this.#row(record, null));
      await this.#keep(rows);
      return records.filter((record) => !isHeld(record));
    });
  }

  /** Parks a message that the backbone does not carry: its key is held back from now on. */
  park(record: StoredRecord, error: MessageNotCarriedError): Promise<void> {
    return this.#inTurn(async () => {
      await this.#keep([this.#row(record, describeError(error))]);
      this.#parkedAt.set(record.key, record.position);
    });
  }

  /**
   * Does with a parked message what a person has decided, then hands over what waits of its key.
   * Answers false when it is not parked any more: somebody else has decided before.
   */
  decide(row: WaitingRow, { to, operation, request }: Decision): Promise<boolean> {
    return this.#inTurn(async () => {
      const { key, recordId } = row;
      const waiting = await this.#rowsOf(key);
      const parked = waiting.find((each) => each.recordId === recordId && each.kind === 'parked');
      if (parked === undefined) return false;
      const asked = request === undefined ? [] : [request];
      // Parked no more from here on: the audit trail says so, whatever keeps it from going now.
      const change =
        to === 'gone'
          ? { done: [parked, ...asked] }
          : { waiting: [{ ...parked, kind: 'held', error: null } as const], done: asked };
      await this.#freely(key, async () => {
        await this.#commit({ operations: [operation], ...change });
        await this.#letGo(key);
      });
      return true;
    });
  }

  /** Hands over what is held of a key, unless something parked is before it. */
  letGo(key: string): Promise<void> {
    return this.#inTurn(() =>
      this.#freely(key, async () => {
        const [first] = await this.#rowsOf(key);
        if (first?.kind !== 'parked') await this.#letGo(key);
      }),
    );
  }

  /** Whoever asked is told of a failure; what is left of it with nothing parked before it goes by itself. */
  async #freely(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#free.add(key);
      throw error;
    }
  }

  async #letGo(key: string): Promise<void> {
    for (;;) {
      const rows = await this.#rowsOf(key);
      if (rows.length === 0) return void this.#parkedAt.delete(key);
      if (!(await this.#hand(rows))) return;
    }
  }

  /** Whether all were handed over, in order. What was is noted, however it ends. */
  async #hand(rows: readonly WaitingRow[]): Promise<boolean> {
    const records = await this.#parts.log.recordsById(rows.map(({ recordId }) => recordId));
    const byId = new Map(records.map((record) => [record.id, record]));
    const done: WaitingRow[] = [];
    for (const row of rows)
      try {
        const record = byId.get(row.recordId);
        if (record === undefined) throw new RecordGoneError(row.recordId, row.subscription);
        await this.#parts.hand(record);
        done.push(row);
      } catch (error) {
        await this.#commit({ done });
        if (!isNeverCarried(error)) throw error;
        await this.#keep([
          { ...row, kind: 'parked', attempts: row.attempts + 1, error: describeError(error) },
        ]);
        this.#parkedAt.set(row.key, row.position);
        return false;
      }
    await this.#commit({ done });
    return true;
  }

  /** The first ones of a key, by position. */
  #rowsOf(key: string): Promise<readonly WaitingRow[]> {
    const { subscription } = this.#owned;
    return this.#parts.log.waiting({ subscription, key, limit: NOTED_TOGETHER });
  }

  #row({ id, key, position, correlationId }: StoredRecord, error: WaitingError | null): WaitingRow {
    const now = this.#parts.clock.now();
    return {
      subscription: this.#owned.subscription,
      key,
      recordId: id,
      kind: error === null ? 'held' : 'parked',
      position,
      slot: 0,
      due: now,
      attempts: error === null ? 0 : 1,
      error,
      correlationId,
      since: now,
      payload: null,
    };
  }

  async #keep(waiting: readonly WaitingRow[]): Promise<void> {
    await this.#commit({ waiting });
    for (const row of waiting) this.#parts.onRow(row);
  }

  async #commit(writeSet: Pick<WriteSet, 'waiting' | 'done' | 'operations'>): Promise<void> {
    if (Object.values(writeSet).every((part) => part.length === 0)) return;
    const { subscription, firstSlot, epoch } = this.#owned;
    const fences = [{ subscription, firstSlot, epoch }];
    const outcome = await this.#parts.committer.commit({ ...writeSet, fences });
    if (outcome.kind === 'fenced') throw new FencedError(subscription);
    if (outcome.kind !== 'committed')
      throw new UnexpectedOutcomeError(this.#parts.log.context, outcome.kind);
  }

  get #owned(): Checkpoint {
    return this.#checkpoint as Checkpoint;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function isNeverCarried(error: unknown): boolean {
  return error instanceof MessageNotCarriedError || error instanceof RecordGoneError;
}

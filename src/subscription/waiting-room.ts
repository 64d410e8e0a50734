import type { Clock, CancelTimer } from '../host/clock.ts';
import type { Randomness } from '../host/randomness.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import { type Lacking, keyTopic } from '../reaction/looked-at.ts';
import type { Circuit } from './circuit.ts';
import { DueQueue } from './due-queue.ts';
import { describeError, isOutage, mayRetry } from './failure.ts';
import { mayBeOfAnyKey } from './keys-unknown.ts';
import { Lookout } from './lookout.ts';
import { type RetryPolicy, retryDelayMs } from './retry-policy.ts';

/** A timer of the system cannot be set further away: then it is set again. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** What answered `notYet` is asked again at least so often. */
const NOT_YET_MS_MAX = 60_000;

/**
 * What a subscription has not done yet, by key: the rows of a key form a lane, and only the first
 * of a lane is tried, so that order within the key holds and other keys pass.
 *
 * The rows are in the log's waiting table; this is the owner's picture of them, and the one who
 * works on them. A row's way: retry or effect → (tried at its time) → done, or again with a longer
 * wait, or parked; a parked one stays, and holds back its lane, until a person decides.
 */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  readonly #lanes = new Map<string, WaitingRow[]>();
  readonly #due = new DueQueue();
  readonly #running = new Map<string, Promise<void>>();
  /** For what keys wait that answered `notYet`. */
  readonly #lookout = new Lookout();
  #rows = 0;
  #parked = 0;
  /** How many rows may be of any key. */
  #ofAnyKey = 0;
  #cancelTimer: CancelTimer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #isStopped = true;
  #isPaused = false;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  /** Begins with what the log says that waits. What was under way when it ended is due now. */
  start(rows: readonly WaitingRow[]): void {
    this.#isStopped = false;
    this.#lanes.clear();
    this.#due.clear();
    this.#lookout.clear();
    this.#rows = this.#parked = this.#ofAnyKey = 0;
    for (const row of rows) this.add(row.attempts === 0 ? { ...row, due: 0 } : row);
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  has(key: string): boolean {
    return this.#lanes.has(key);
  }

  get size(): number {
    return this.#rows;
  }

  /** How many rows of a key wait. */
  depth(key: string): number {
    return this.#lanes.get(key)?.length ?? 0;
  }

  /** The first row of a key: the one that holds back the others. */
  first(key: string): WaitingRow | undefined {
    return this.#lanes.get(key)?.[0];
  }

  /** A row as it waits here. */
  find({ key, recordId }: WaitingKey): WaitingRow | undefined {
    return this.#lanes.get(key)?.find((row) => row.recordId === recordId);
  }

  /**
   * A row at or before a position that keeps back a key, or any key at all when none is given:
   * rather one that waits for a person. A row whose keys could not be told may be one of any key.
   */
  holding(position: number, key?: string): WaitingRow | undefined {
    if (this.#rows === 0) return undefined;
    let found: WaitingRow | undefined;
    const lanes =
      key === undefined || this.#ofAnyKey > 0 ? this.#lanes.values() : [this.#lanes.get(key) ?? []];
    for (const lane of lanes) {
      for (const row of lane) {
        if (row.position > position) continue;
        if (key !== undefined && row.key !== key && !mayBeOfAnyKey(row)) continue;
        // It waits for the first of its lane, whatever that one is of.
        const first = lane[0] ?? row;
        if (first.kind === 'parked') return first;
        found ??= first;
        break;
      }
    }
    return found;
  }

  /** Why some row waits, as an example: rather one that nobody has parked yet. */
  get someReason(): string | undefined {
    let parked: string | undefined;
    for (const [first] of this.#lanes.values()) {
      if (first?.error === null || first === undefined) continue;
      if (first.kind !== 'parked') return first.error.message;
      parked = first.error.message;
    }
    return parked;
  }

  /** The first row of some key, if it waits for a person. */
  get someParked(): WaitingRow | undefined {
    if (this.#parked === 0) return undefined;
    return this.#firsts().find(({ kind }) => kind === 'parked');
  }

  /** The first row of some key, if it has failed. */
  get someFailing(): WaitingRow | undefined {
    return this.#firsts().find(({ error }) => error !== null);
  }

  #firsts(): WaitingRow[] {
    return [...this.#lanes.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  }

  /** Whether nothing is left to do but what waits for a person. */
  get isIdle(): boolean {
    return this.#lanes.size === this.#parked && this.#running.size === 0;
  }

  /** Takes in a row that was committed; rows of a key come in the order of their positions. */
  add(row: WaitingRow): void {
    const lane = this.#lanes.get(row.key);
    this.#rows += 1;
    if (mayBeOfAnyKey(row)) this.#ofAnyKey += 1;
    if (lane !== undefined) {
      lane.push(row);
      return;
    }
    this.#lanes.set(row.key, [row]);
    this.#head(row);
  }

  /** Puts another row in the place of one: after a person's decision. */
  replace(row: WaitingRow): void {
    const lane = this.#lanes.get(row.key) ?? [];
    const index = lane.findIndex(({ recordId }) => recordId === row.recordId);
    if (index === 0) this.replaceFirst(row);
    else if (index > 0) lane[index] = row;
  }

  /** Puts another row in the place of a lane's first: after a failure. */
  replaceFirst(row: WaitingRow): void {
    const lane = this.#lanes.get(row.key);
    const before = lane?.[0];
    if (lane === undefined || before === undefined) return;
    if (before.kind === 'parked') this.#parked -= 1;
    lane[0] = row;
    this.#head(row);
  }

  /** Puts a row behind a lane's first, which is about to be done. */
  insertSecond(row: WaitingRow): void {
    this.#lanes.get(row.key)?.splice(1, 0, row);
    this.#rows += 1;
  }

  /** Takes out a row that a person has given up. */
  remove({ key, recordId }: WaitingKey): void {
    const lane = this.#lanes.get(key) ?? [];
    const index = lane.findIndex((row) => row.recordId === recordId);
    if (index === 0) return this.removeFirst(key);
    const [gone] = index > 0 ? lane.splice(index, 1) : [];
    if (gone === undefined) return;
    this.#rows -= 1;
    if (mayBeOfAnyKey(gone)) this.#ofAnyKey -= 1;
  }

  /** Takes out a lane's first row, which is done; the next one's turn comes. */
  removeFirst(key: string): void {
    const lane = this.#lanes.get(key);
    const gone = lane?.shift();
    if (lane === undefined || gone === undefined) return;
    this.#rows -= 1;
    if (mayBeOfAnyKey(gone)) this.#ofAnyKey -= 1;
    if (gone.kind === 'parked') this.#parked -= 1;
    const next = lane[0];
    if (next === undefined) this.#lanes.delete(key);
    else if (next.kind === 'held') {
      // It waits for something of its own from now on: until now it waited for its turn.
      lane[0] = { ...next, due: 0, since: this.#options.clock.now() };
      this.#head(lane[0]);
    } else this.#head(next);
    this.probeOrClose();
    this.#options.onChange();
  }

  get isLookingOut(): boolean {
    return this.#lookout.isLookingOut;
  }

  /** Tries soon what answered `notYet` and waits for one of these. */
  moved(topics: ReadonlySet<string>): void {
    this.#askAgain(this.#lookout.moved(topics));
  }

  /** Anything may have moved. */
  movedAny(): void {
    this.#askAgain(this.#lookout.movedAny());
  }

  #askAgain(found: ReadonlyMap<string, { readonly earliest: number }>): void {
    for (const [key, { earliest }] of found) {
      const lane = this.#lanes.get(key);
      const first = lane?.[0];
      if (lane === undefined || first === undefined || first.due <= earliest) continue;
      lane[0] = { ...first, due: earliest };
      this.#due.push({ at: earliest, key });
    }
    if (found.size > 0) this.#schedule();
  }

  /** Nothing is tried until `resume`; what is under way comes to its end. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  /** An open circuit needs something to probe with: without it, it closes. */
  probeOrClose(): void {
    if (this.#lanes.size === this.#parked && this.#options.circuit.close())
      this.#options.onCircuit('closed', undefined);
  }

  /** Tries everything again that waits for its time: after an outage. */
  tryAll(): void {
    for (const [key, lane] of this.#lanes)
      if (lane[0]?.kind !== 'parked') this.#due.push({ at: 0, key });
    this.#schedule();
  }

  /** Tries nothing more; what is under way is left to itself. */
  giveUp(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  async stop(): Promise<void> {
    this.giveUp();
    await Promise.all(this.#running.values());
  }

  #head(row: WaitingRow): void {
    if (row.kind === 'parked') {
      this.#parked += 1;
      this.probeOrClose();
      this.#options.onChange();
      return;
    }
    this.#due.push({ at: row.due, key: row.key });
    this.#schedule();
  }

  /** Starts what is due, as many as may run, and sets the timer for the next. */
  #schedule(): void {
    if (this.#isStopped || this.#isPaused) return;
    const { clock, circuit } = this.#options;
    const now = clock.now();
    for (let next = this.#due.peek(); next !== undefined; next = this.#due.peek()) {
      if (next.at > now + this.#longestMs) {
        this.#bringForward(next.key, now + this.#longestMs);
        continue;
      }
      const at = circuit.isOpen ? Math.max(next.at, circuit.probeAt(now)) : next.at;
      if (at > now) return this.#setTimer(at, now);
      const runningMax = circuit.isOpen ? 1 : this.#options.concurrency;
      if (this.#running.size >= runningMax) return;
      this.#due.pop();
      this.#begin(next.key, next.at);
    }
  }

  /** Nothing is put off for longer: the clock ran ahead when it was, and was set back since. */
  get #longestMs(): number {
    return Math.max(NOT_YET_MS_MAX, this.#options.retry.delayMsMax);
  }

  /** The next key in the queue is due earlier than it was put off to. */
  #bringForward(key: string, at: number): void {
    this.#due.pop();
    const lane = this.#lanes.get(key);
    const first = lane?.[0];
    if (lane === undefined || first === undefined) return;
    lane[0] = { ...first, due: Math.min(first.due, at) };
    this.#due.push({ at, key });
  }

  #setTimer(at: number, now: number): void {
    if (this.#timerAt <= at && this.#timerAt > now) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.#options.clock.after(Math.min(TIMER_MS_MAX, at - now), () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#schedule();
    });
  }

  #begin(key: string, at: number): void {
    const row = this.#lanes.get(key)?.[0];
    // The queue may name a key twice, or one whose first row has gone or was put off meanwhile.
    if (row === undefined || row.kind === 'parked' || this.#running.has(key)) return;
    if (at !== 0 && at < row.due) return;
    const run = this.#try(row)
      // Saving gives up only when the rows are no longer ours to change: they stay as they are.
      .catch(() => void (this.#isStopped = true))
      .finally(() => this.#ended(key));
    this.#running.set(key, run);
  }

  #ended(key: string): void {
    this.#running.delete(key);
    // Its next row may have come due while this one ran, and was passed over then.
    const next = this.#lanes.get(key)?.[0];
    if (next !== undefined && next.kind !== 'parked') this.#due.push({ at: next.due, key });
    this.#options.onChange();
    this.#schedule();
  }

  async #try(row: WaitingRow): Promise<void> {
    if (!hasAnsweredNotYet(row)) return this.#ask(row, undefined);
    this.#lookout.remove(row.key);
    const asked = this.#lookout.ask();
    try {
      await this.#ask(row, asked);
    } finally {
      this.#lookout.asked();
    }
  }

  async #ask(row: WaitingRow, asked: number | undefined): Promise<void> {
    let lacking: Lacking | undefined;
    try {
      lacking = await this.#options.perform(row);
    } catch (error) {
      return this.#isStopped ? undefined : this.#failed(row, error);
    }
    this.#succeeded();
    if (lacking === undefined) this.removeFirst(row.key);
    else await this.#wait(row, lacking, asked);
  }

  // Hearing of a success before the next row begins keeps what an outage stopped in order.
  #succeeded(): void {
    const { circuit, clock } = this.#options;
    if (circuit.succeeded(clock.now())) this.#options.onCircuit('closed', undefined);
  }

  /**
   * `asked` is the moment when it was asked: what it did not see may be there by now. Undefined: it
   * is not known what has moved since, so it is asked once more.
   */
  async #wait(
    row: WaitingRow,
    { reason, lookedAt }: Lacking,
    asked: number | undefined,
  ): Promise<void> {
    const { clock, notYetMs } = this.#options;
    const now = clock.now();
    const since = Math.min(row.since, now);
    const waitedMs = now - since;
    const error = { name: 'NotYet', code: 'not-yet', message: reason, stack: null };
    if (waitedMs >= notYetMs) return this.#save({ ...row, kind: 'parked', error });
    // Looked at often in the beginning, and at most once a minute later on.
    const due = now + Math.min(NOT_YET_MS_MAX, Math.max(20, waitedMs));
    const earliest = now + Math.min(1_000, Math.max(5, waitedMs / 10));
    const next = { ...row, kind: triedKind(row), due, since, error };
    await this.#options.save(next);
    const topics = [...lookedAt, keyTopic(row.key)];
    const hasMoved = asked === undefined || this.#lookout.hasMoved(topics, asked);
    if (!hasMoved) this.#lookout.add(row.key, { topics, earliest });
    this.replaceFirst(hasMoved ? { ...next, due: Math.min(due, earliest) } : next);
  }

  async #failed(row: WaitingRow, error: unknown): Promise<void> {
    const { circuit, clock, randomness, retry } = this.#options;
    const now = clock.now();
    if (mayRetry(error) && circuit.failed(row.key, now)) this.#opened(error);
    const attempts = circuit.isOpen ? row.attempts : row.attempts + 1;
    const isLast = attempts >= retry.attemptsMax;
    const outage = isOutage(error) && circuit.nothingSucceededSince(row.since);
    if (!circuit.isOpen && isLast && outage && circuit.open(now)) this.#opened(error);
    const parked = !mayRetry(error) || (isLast && !outage && !circuit.isOpen);
    const due = circuit.isOpen
      ? circuit.probeAt(now)
      : now + retryDelayMs(retry, attempts, randomness);
    await this.#save({
      ...row,
      kind: parked ? 'parked' : triedKind(row),
      attempts,
      due: parked ? 0 : due,
      error: describeError(error),
    });
  }

  #opened(error: unknown): void {
    this.#options.onCircuit('open', error);
  }

  async #save(row: WaitingRow): Promise<void> {
    await this.#options.save(row);
    this.replaceFirst(row);
  }
}

function hasAnsweredNotYet({ error }: WaitingRow): boolean {
  return error?.code === 'not-yet';
}

/** A held row whose turn has come is held no more. */
function triedKind({ kind }: WaitingRow): WaitingRow['kind'] {
  return kind === 'held' ? 'retry' : kind;
}

export interface WaitingRoomOptions {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly retry: RetryPolicy;
  readonly circuit: Circuit;
  /** How many keys are worked on side by side. */
  readonly concurrency: number;
  /** How long `notYet` may go on, in milliseconds. */
  readonly notYetMs: number;
  /**
   * Does what a row stands for and commits it together with the row's end. Answers with what it
   * lacks when it is not yet time. Throws when it failed.
   */
  readonly perform: (row: WaitingRow) => Promise<Lacking | undefined>;
  /** Commits a changed row, and tells whoever should know; tries until it is committed. */
  readonly save: (row: WaitingRow) => Promise<void>;
  readonly onCircuit: (state: 'open' | 'closed', error: unknown) => void;
  readonly onChange: () => void;
}

import { Unit, type Workplace } from '../context/unit.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { Entry } from './entry.ts';
import type { Lacking } from '../reaction/looked-at.ts';

/** What some records of one page want to change, to be committed together with the checkpoint. */
export class Batch {
  /** What the handlers collected. */
  readonly unit: Unit;
  /** What could not be done now. */
  readonly rows: WaitingRow[] = [];
  /** Keys that must wait for the rest of this batch. */
  readonly blocked = new Set<string>();
  /** Handlers that did not end at once. */
  pending: Pending[] = [];
  /** The keys of those handlers. */
  readonly busy = new Set<string>();
  /** What comes behind them under their keys, in order: handled when they have ended. */
  behind: Behind[] = [];
  /** Handlers that go on beside it once it is committed, by their waiting row. */
  readonly underWay = new Map<string, Promise<Answer>>();
  /** The position up to which records were looked at. */
  reached: number;

  constructor(workplace: Workplace, reached: number) {
    this.unit = new Unit(workplace);
    this.reached = reached;
  }

  wait(row: WaitingRow): void {
    this.rows.push(row);
    this.blocked.add(row.key);
  }

  /** The rows as the waiting room takes them: each key's in the order of positions. */
  rowsInOrder(): readonly WaitingRow[] {
    return this.rows.sort((a, b) => a.position - b.position);
  }
}

/** A record that waits, within its batch, for another one of its key. */
export interface Behind {
  readonly entry: Entry;
  readonly key: string;
}

/**
 * What a handler answers: what it collected, what is still to be collected into a unit at hand, or
 * that it is not yet time.
 */
export type Answer = Unit | Collect | Lacking;

/** Collects at once, without waiting for anything. */
export type Collect = (unit: Unit) => void;

/** A handler under way, beside others. */
export class Pending {
  readonly entry: Entry;
  readonly key: string;
  readonly running: Promise<Answer>;
  #result: PromiseSettledResult<Answer> | undefined;

  constructor(entry: Entry, key: string, running: Promise<Answer>) {
    this.entry = entry;
    this.key = key;
    this.running = running;
    running.then(
      (value) => (this.#result = { status: 'fulfilled', value }),
      (reason: unknown) => (this.#result = { status: 'rejected', reason }),
    );
  }

  /** How it ended; undefined when it has not. */
  get result(): PromiseSettledResult<Answer> | undefined {
    return this.#result;
  }
}

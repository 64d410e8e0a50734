import type { WaitingKind } from '../log/waiting-row.ts';
import type { Failing } from './failing.ts';
import type { Level } from './level.ts';
import type { PausedBy } from './pauses.ts';
import type { OwnerName } from './runners.ts';

/** One of those that read a context's log, or take into it, and how far it has come. */
export interface ReaderLag {
  readonly context: string;
  readonly name: string;
  readonly kind: ReaderKind;
  /**
   * - started: it has a place.
   * - not-started: the configuration lists it, and it has never run.
   * - not-listed: it has run, and the configuration does not list it any more.
   * - restored: the log that it takes in was restored, or is lost: it takes nothing more from it.
   * - not-visible: where it stands cannot be seen from here.
   */
  readonly state: 'started' | 'not-started' | 'not-listed' | 'restored' | 'not-visible';
  /** All up to here is done, or waits in its own row; null where it has no place of its own. */
  readonly position: number | null;
  /**
   * How many records it wants and has not passed. What is of no interest to it does not count: it is passed
   * without its place being written each time. Null when nobody can tell from here.
   */
  readonly behind: number | null;
  /** There may be more than were counted. */
  readonly isMore: boolean;
  /** How long ago the first of them was recorded. */
  readonly oldestAgeMs: number | null;
  /** How many rows wait, by kind. */
  readonly waiting: Readonly<Partial<Record<WaitingKind, number>>>;
  /** Where several processes share it, or did: each range of its slots. */
  readonly ranges: readonly RangeLag[];
  /** By whom it is paused; null: it is not. */
  readonly paused: PausedBy | null;
  /** What fails and is tried again; null: nothing. What waits for a person is not among it. */
  readonly failing: Failing | null;
  readonly level: Level;
}

export type ReaderKind =
  | 'reaction'
  | 'effect'
  | 'process'
  | 'read-model'
  | 'rebuild'
  | 'relay'
  | 'intake'
  | 'timers'
  | 'unknown';

/** A range of the slots that keys are dealt to, 0 to 255, both included. */
export interface RangeLag {
  readonly firstSlot: number;
  readonly lastSlot: number;
  readonly position: number;
  readonly behind: number;
  /** The process that works on it; null: nobody, or nobody knows. */
  readonly owner: OwnerName | null;
}

/** Somebody who is that far behind is not just busy. */
export const LATE_MS = 60_000;
/** And somebody who runs, and is not farther behind than this, is: nothing to look after. */
const BUSY_MS = 5_000;

/** What is late, or has nobody to do it, is bad; what waits, is paused or under way, is worth knowing. */
export function levelOf(reader: Omit<ReaderLag, 'level'>, isRun: boolean): Level {
  const { state, behind, oldestAgeMs, waiting, ranges } = reader;
  if (state === 'restored') return 'bad';
  const isLate = (behind ?? 0) > 0 && (oldestAgeMs ?? 0) > LATE_MS;
  if (isLate && state !== 'not-listed') return 'bad';
  const isLeft = isRun && ranges.some((range) => range.owner === null && range.behind > 0);
  const waits = (['parked', 'held', 'retry', 'effect'] as const).some(
    (kind) => (waiting[kind] ?? 0) > 0,
  );
  const isOver = state !== 'not-listed' && state !== 'started';
  const isBusy = isRun && (oldestAgeMs ?? 0) < BUSY_MS;
  const isBehind = (behind ?? 0) > 0 && !isBusy;
  return isLeft || isOver || waits || reader.paused !== null || isBehind ? 'attention' : 'good';
}

import type { Holder } from './holder.ts';
import type { Holdings } from './membership.ts';

/**
 * What only a store knows of how one context's log is at this moment, beside what is in the log: for
 * whoever looks for what is wrong. It is found without changing anything, beside a running application or
 * without one, and may be over by the time that it is read.
 */
export interface Diagnosis {
  /** Whether several processes may run the context side by side. */
  readonly isShared: boolean;
  /** Who runs it, the oldest first, among them who has fallen silent. None: nobody does. */
  readonly runners: readonly Runner[];
  /**
   * As `LogReader.heldBy`, but for who has only just come, and has not waited itself: it is reckoned from
   * when that was recorded which cannot be read.
   */
  readonly heldBy: Holder | null;
  /** Null where the store goes by no clock of its own. */
  readonly clock: ClockOffset | null;
  /** Null where none can stand between. */
  readonly pooler: Pooler | null;
  /** Where the log lies, if that is a disk of this machine. */
  readonly disk: Disk | null;
}

/** A process that runs a context. */
export interface Runner {
  /** Null where the store does not know it. */
  readonly pid: number | null;
  /** The machine it runs on; null: this one. */
  readonly host: string | null;
  /** Milliseconds since 1970; null where the store does not know. */
  readonly startedAt: number | null;
  /** So long ago it said that it lives; null where its end is seen at once. */
  readonly beatAgoMs: number | null;
  /** False: it is taken for dead, and others take over what it worked on. */
  readonly isAlive: boolean;
  /** What it works on; null: all that there is. */
  readonly holds: Holdings | null;
}

/** How far the store's clock is ahead of this process's, in milliseconds, and how exactly that is known. */
export interface ClockOffset {
  readonly aheadMs: number;
  readonly withinMs: number;
}

/** Whether something stands between that gives each transaction another connection. */
export interface Pooler {
  readonly isBetween: boolean;
  /** Whether the one connection that must stay goes past it. */
  readonly isPassedBy: boolean;
}

export interface Disk {
  readonly path: string;
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

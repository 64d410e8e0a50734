import type { Direction } from './record.ts';

/** Messages may go by their age; facts and timers are kept for ever. */
export type MessageDirection = Extract<Direction, 'outgoing' | 'incoming'>;

/** The last record of a type that is not in the log any more. All before it are gone, too. */
export interface DroppedType {
  readonly direction: MessageDirection;
  readonly type: string;
  readonly position: number;
}

/** What one look at a log's retention came to. */
export interface Retained {
  readonly dropped: readonly DroppedRecords[];
  /** What is old enough to go, and who still needs it. */
  readonly kept: readonly KeptRecords[];
}

/** Records that were dropped at once. */
export interface DroppedRecords {
  readonly direction: MessageDirection;
  /** The last of them. */
  readonly upTo: number;
  readonly count: number;
}

/** Records that are kept, although they are old enough to go. */
export interface KeptRecords {
  readonly direction: MessageDirection;
  /** The last one of those that would go next. */
  readonly upTo: number;
  /** Who needs them, to be told: `subscription "confirm when paid"`. */
  readonly neededBy: string;
  /** How far that one has come. */
  readonly position: number;
}

/**
 * What a reader of a log stands before is not there any more: it was dropped, since the one who
 * keeps the log could not know of this reader. Nothing behind the gap is read as if there were none.
 */
export class RecordsDroppedError extends Error {
  override readonly name = 'RecordsDroppedError';
  readonly code = 'records-dropped';
  readonly retryable = false;
  readonly context: string;
  readonly position: number;

  constructor(context: string, position: number, options?: { readonly cause: Error }) {
    super(
      `The log of "${context}" has dropped messages after position ${position} that were not taken ` +
        'in here yet. To go on without them, set the marks behind them (docs/retention.md says how); ' +
        'to lose none next time, let it keep messages for longer.',
      options,
    );
    this.context = context;
    this.position = position;
  }
}

import { assertKnown, assertOption, assertWholeNumber } from './option-checks.ts';
import type { Server, WatchedContext } from './server.ts';

/** For how long messages stay in a log. What is not said is kept for ever. */
export interface RetentionOptions {
  /** The messages that the context has published. */
  readonly outgoing?: KeepOptions;
  /** The messages that it has taken in. */
  readonly incoming?: KeepOptions;
  /**
   * Messages go by partitions of so many positions of the log, and each goes once all of it may.
   * Default 1,000,000.
   */
  readonly partitionPositions?: number;
}

/** What is given, all of it must allow a message to go; with neither it is kept for ever. */
export interface KeepOptions {
  /** So long they stay after they were recorded. */
  readonly keepMs?: number;
  /** So many positions of the log stay, counted from its end. */
  readonly keepPositions?: number;
}

/** A log whose messages may go. */
export interface Retaining {
  readonly server: Server;
  readonly watched: WatchedContext;
  readonly retention: RetentionOptions;
}

/** What would keep everything for ever by a mistake is told. */
export function assertRetention(retention: RetentionOptions): void {
  const { outgoing, incoming, partitionPositions } = retention;
  assertKnown('retention of postgres()', retention, ['outgoing', 'incoming', 'partitionPositions']);
  assertWholeNumber('retention.partitionPositions', partitionPositions, 1);
  if (outgoing !== undefined) assertKept('retention.outgoing', outgoing);
  if (incoming !== undefined) assertKept('retention.incoming', incoming);
}

function assertKept(name: string, keep: KeepOptions): void {
  assertKnown(`${name} of postgres()`, keep, ['keepMs', 'keepPositions']);
  const isSaid = keep.keepMs !== undefined || keep.keepPositions !== undefined;
  assertOption(
    isSaid,
    `${name} of postgres() says nothing. It has keepMs, keepPositions, or both.`,
  );
  assertWholeNumber(`${name}.keepMs`, keep.keepMs, 0);
  assertWholeNumber(`${name}.keepPositions`, keep.keepPositions, 0);
}

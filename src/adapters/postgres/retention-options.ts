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

/** A mistake of whoever configures it is told at once, not when something is to be dropped. */
export function assertRetention({ outgoing, incoming, partitionPositions = 1 }: RetentionOptions) {
  const numbers = {
    'outgoing.keepMs': outgoing?.keepMs ?? 0,
    'outgoing.keepPositions': outgoing?.keepPositions ?? 0,
    'incoming.keepMs': incoming?.keepMs ?? 0,
    'incoming.keepPositions': incoming?.keepPositions ?? 0,
    partitionPositions: partitionPositions - 1,
  };
  for (const [name, number] of Object.entries(numbers))
    if (!Number.isSafeInteger(number) || number < 0)
      throw new TypeError(
        `retention.${name} of postgres() is a whole number from ${name === 'partitionPositions' ? 1 : 0}.`,
      );
}

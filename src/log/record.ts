/**
 * A record of the log as a store keeps it. Data and metadata are JSON text, so that nothing passes
 * in memory that would fail on disk; times are milliseconds since 1970.
 */
export interface StoredRecord extends NewRecord {
  /** Its place in this log: ascends, never changes, may have gaps. */
  readonly position: number;
}

/** A record on its way into the log. */
export interface NewRecord {
  readonly id: string;
  readonly direction: Direction;
  /** The stream it belongs to; null for messages. */
  readonly stream: string | null;
  /** Its version in that stream, 1 for the first; null for messages. */
  readonly version: number | null;
  readonly type: string;
  readonly schemaVersion: number;
  readonly key: string;
  /** JSON text. */
  readonly data: string;
  /** The context whose fact it is: this log's own, or the publisher's for what was taken in. */
  readonly source: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
  readonly correlationId: string;
  readonly causationId: string;
  readonly traceparent: string | null;
  /** JSON text of an object of strings, or null. */
  readonly metadata: string | null;
}

/**
 * domain: a fact of an aggregate of this context. outgoing: a message this context published.
 * incoming: a message it took from another. timer: a timer of its own that came due.
 */
export type Direction = 'domain' | 'outgoing' | 'incoming' | 'timer';

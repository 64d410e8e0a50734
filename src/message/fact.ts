/**
 * What happened, in the past tense. `data` is JSON.
 *
 * @example
 * type OrderEvent = Fact<'OrderPlaced', { orderId: string }> | Fact<'OrderConfirmed', {}>;
 */
export interface Fact<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/**
 * A fact as the log keeps it: with its place, its times, and what caused it.
 *
 * @example
 * const line = ({ type, occurredAt }: Recorded<OrderEvent>) => `${occurredAt} ${type}`;
 */
export type Recorded<E extends Fact> = E extends Fact ? E & Recording : never;

/** What the log adds to a fact. */
export interface Recording {
  /** Unique everywhere, a UUIDv7. */
  readonly id: string;
  /** The stream it was appended to; empty for messages from other contexts. */
  readonly stream: string;
  /** 1, 2, 3 … within its stream; 0 where there is no stream. */
  readonly version: number;
  /** Its place in the log it was read from; ascends, may have gaps. */
  readonly position: number;
  /** The version of its type's schema after upcasting. */
  readonly schemaVersion: number;
  /** The context whose fact it is. */
  readonly source: string;
  /** When it happened in the business: its cause's time unless given. ISO 8601, UTC. */
  readonly occurredAt: string;
  /** When this log recorded it. ISO 8601, UTC. */
  readonly recordedAt: string;
  /** The business action it belongs to. */
  readonly correlationId: string;
  /** The message or command that caused it. */
  readonly causationId: string;
  /** What the caller wished to keep beside the fact. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The events of a union that can have this type, also where one event has several. */
export type EventOfType<Event extends Fact, Type extends string> = Event extends Fact
  ? Type extends Event['type']
    ? Event
    : never
  : never;

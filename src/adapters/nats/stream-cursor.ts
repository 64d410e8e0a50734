import { BackboneUnavailableError } from '../../backbone/backbone.ts';
import type { NatsConnection, NatsMessage, NatsSubscription } from './nats-client.ts';
import type { Reached } from './reached.ts';

/** The server forgets a reader that asks nothing for so long; it is made anew then. */
const FORGOTTEN_AFTER_MS = 300_000;
/** While it waits the server says so often that it does: the one that has the reader may be gone. */
const SIGN_MS = 2_000;
/** Where nothing is heard for so long, an answer is waited for no more. */
const SILENCE_MS = 5_000;
const NANOSECONDS = 1e6;

/** A message as it stands in a stream. */
export interface StreamMessage {
  readonly position: number;
  /** When the server stored it, in milliseconds since 1970. */
  readonly at: number;
  readonly message: NatsMessage;
}

/**
 * Reads a stream in order from one place on, by a consumer of the server that is nobody's: it
 * acknowledges nothing, and where it stands is known here. After any failure it is of no use.
 */
export class StreamCursor {
  readonly #reached: Reached;
  readonly #stream: string;
  readonly #consumer: string;
  /** Come while it was waited for. */
  #ahead: StreamMessage[] = [];
  #position: number;
  /** What it waits for. */
  #pulling: NatsSubscription | undefined;

  private constructor(reached: Reached, stream: string, consumer: string, after: number) {
    this.#reached = reached;
    this.#stream = stream;
    this.#consumer = consumer;
    this.#position = after;
  }

  static async open(reached: Reached, stream: string, after: number): Promise<StreamCursor> {
    const { name } = await reached.manager.consumers.add(stream, {
      ack_policy: 'none',
      deliver_policy: 'by_start_sequence',
      opt_start_seq: after + 1,
      replay_policy: 'instant',
      inactive_threshold: FORGOTTEN_AFTER_MS * NANOSECONDS,
      mem_storage: true,
      num_replicas: 1,
    });
    return new StreamCursor(reached, stream, name, after);
  }

  get connection(): NatsConnection {
    return this.#reached.connection;
  }

  /** The last message that was given out. */
  get position(): number {
    return this.#position;
  }

  /** The next messages that are there now, at most so many. */
  async next(limit: number): Promise<readonly StreamMessage[]> {
    const messages = this.#ahead;
    this.#ahead = [];
    const rest = limit - messages.length;
    if (rest > 0) messages.push(...(await this.#pull({ batch: rest, no_wait: true })));
    this.#position = messages.at(-1)?.position ?? this.#position;
    return messages;
  }

  /** Waits until there is a next one, at most for a time. Whether there is. */
  async wait(timeoutMs: number): Promise<boolean> {
    const expires = timeoutMs * NANOSECONDS;
    // The server takes none that are more than half of the time.
    const signs = timeoutMs >= 2 * SIGN_MS ? { idle_heartbeat: SIGN_MS * NANOSECONDS } : {};
    if (this.#ahead.length === 0)
      this.#ahead.push(...(await this.#pull({ batch: 1, expires, ...signs })));
    return this.#ahead.length > 0;
  }

  /** Whoever waits for something of it is let go with an error. */
  async close(): Promise<void> {
    this.#pulling?.unsubscribe();
    await this.#reached.manager.consumers.delete(this.#stream, this.#consumer).catch(() => false);
  }

  async #pull(request: PullRequest): Promise<StreamMessage[]> {
    const { connection, client } = this.#reached;
    const inbox = client.createInbox();
    const subscription = connection.subscribe(inbox);
    this.#pulling = subscription;
    try {
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${this.#consumer}`;
      connection.publish(subject, JSON.stringify(request), { reply: inbox });
      return await collect(subscription, request.batch);
    } finally {
      this.#pulling = undefined;
      subscription.unsubscribe();
    }
  }
}

interface PullRequest {
  readonly batch: number;
  readonly no_wait?: boolean;
  /** In nanoseconds. */
  readonly expires?: number;
  readonly idle_heartbeat?: number;
}

const IDLE = 100;
const NO_MORE: ReadonlySet<number> = new Set([404, 408]);
const ENDED = 409;

async function collect(subscription: NatsSubscription, batch: number): Promise<StreamMessage[]> {
  const messages: StreamMessage[] = [];
  const timer = setTimeout(() => subscription.unsubscribe(), SILENCE_MS);
  try {
    for await (const message of subscription) {
      timer.refresh();
      const code = message.headers?.code ?? 0;
      if (code === 0) messages.push(parsed(message));
      else if (NO_MORE.has(code) || (code === ENDED && messages.length > 0)) return messages;
      else if (code !== IDLE) throw unavailable(`${code} ${message.headers?.description ?? ''}`);
      if (messages.length === batch) return messages;
    }
  } finally {
    clearTimeout(timer);
  }
  throw unavailable('the server did not answer');
}

function unavailable(cause: string): BackboneUnavailableError {
  return new BackboneUnavailableError('nats', cause);
}

/**
 * Where a message stands is said by the address of its acknowledgement:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<position>.<…>.<time>.<pending>`, with two more names
 * before the stream on newer servers.
 */
function parsed(message: NatsMessage): StreamMessage {
  const parts = (message.reply ?? '').split('.');
  const from = parts.length > 9 ? 2 : 0;
  const [position, time] = [Number(parts[from + 5]), Number(parts[from + 7])];
  return { position, at: Math.floor(time / NANOSECONDS), message };
}

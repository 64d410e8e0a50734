import { BackboneUnavailableError } from '../../backbone/backbone.ts';
import type { NatsConnection, NatsMessage, NatsSubscription } from './nats-client.ts';
import type { Reached } from './reached.ts';

/** The server forgets a reader that asks nothing for so long; it is made anew then. */
const FORGOTTEN_AFTER_MS = 300_000;
/** While it waits the server says so often that it does: the one that has the reader may be gone. */
const SIGN_MS = 2_000;
/** Where nothing is heard for so long, an answer is waited for no more. */
const SILENCE_MS = 5_000;
/**
 * The server sends what it was asked for at once, and ends a connection that 64 MiB wait for: there may be a
 * reader for each of many publishers on it, and each asks for so many bytes at a time, or one message.
 */
const BYTES_MAX = 2_097_152;
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
  /** Come, and not given out yet. */
  #ahead: readonly StreamMessage[] = [];
  /** How many of those were given out. */
  #taken = 0;
  #position: number;
  #isSpent = false;
  /** What it waits for. */
  #pulling: NatsSubscription | undefined;

  private constructor(reached: Reached, stream: string, consumer: string, after: number) {
    this.#reached = reached;
    this.#stream = stream;
    this.#consumer = consumer;
    this.#position = after;
  }

  /** @param what all of the messages, or what is enough to know that there are some */
  static async open(
    reached: Reached,
    stream: string,
    after: number,
    what: 'messages' | 'headers' = 'messages',
  ): Promise<StreamCursor> {
    const { name } = await reached.manager.consumers.add(stream, {
      headers_only: what === 'headers',
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

  /** Gives out the next message that has come. */
  take(): StreamMessage | undefined {
    const message = this.#ahead[this.#taken];
    if (message === undefined) return undefined;
    this.#taken += 1;
    this.#position = message.position;
    return message;
  }

  /** Lets the next ones come that are there now, at most so many. Whether there are any. */
  async fetch(limit: number): Promise<boolean> {
    if (this.#hasCome) return true;
    const request = { batch: limit, max_bytes: BYTES_MAX, no_wait: true };
    this.#keep((await this.#pull(request)) ?? (await this.#pull({ batch: 1, no_wait: true })));
    return this.#hasCome;
  }

  /** Waits until there is a next one, at most for a time. Whether there is. */
  async wait(timeoutMs: number): Promise<boolean> {
    if (this.#hasCome) return true;
    const expires = timeoutMs * NANOSECONDS;
    // The server takes none that are more than half of the time.
    const signs = timeoutMs >= 2 * SIGN_MS ? { idle_heartbeat: SIGN_MS * NANOSECONDS } : {};
    this.#keep(await this.#pull({ batch: 1, expires, ...signs }));
    return this.#hasCome;
  }

  /** Whoever waits for something of it is let go with an error. */
  async close(): Promise<void> {
    this.#pulling?.unsubscribe();
    await this.#reached.manager.consumers.delete(this.#stream, this.#consumer).catch(() => false);
  }

  /**
   * Nothing was heard any more within a page. The server may have sent the rest of it, and goes on behind
   * it: whoever reads on does so by another cursor, from where this one is.
   */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  get #hasCome(): boolean {
    return this.#taken < this.#ahead.length;
  }

  #keep(messages: readonly StreamMessage[] = []): void {
    this.#ahead = messages;
    this.#taken = 0;
  }

  /** What was asked for. Nothing at all where the first message has more bytes than were. */
  async #pull(request: PullRequest): Promise<readonly StreamMessage[] | undefined> {
    const { connection, client } = this.#reached;
    const inbox = client.createInbox();
    const subscription = connection.subscribe(inbox);
    this.#pulling = subscription;
    try {
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${this.#stream}.${this.#consumer}`;
      connection.publish(subject, JSON.stringify(request), { reply: inbox });
      return await collect(subscription, request, () => (this.#isSpent = true));
    } finally {
      this.#pulling = undefined;
      subscription.unsubscribe();
    }
  }
}

interface PullRequest {
  readonly batch: number;
  readonly max_bytes?: number;
  readonly no_wait?: boolean;
  /** In nanoseconds. */
  readonly expires?: number;
  readonly idle_heartbeat?: number;
}

const IDLE = 100;
const NO_MORE: ReadonlySet<number> = new Set([404, 408]);
const ENDED = 409;

async function collect(
  subscription: NatsSubscription,
  { batch, max_bytes: bytesMax }: PullRequest,
  fellSilent: () => void,
): Promise<readonly StreamMessage[] | undefined> {
  const messages: StreamMessage[] = [];
  const timer = setTimeout(() => subscription.unsubscribe(), SILENCE_MS);
  try {
    for await (const message of subscription) {
      timer.refresh();
      const code = message.headers?.code ?? 0;
      if (code === 0) messages.push(parsed(message));
      else if (NO_MORE.has(code) || (code === ENDED && messages.length > 0)) return messages;
      // Whatever else has ended it is said to whoever asks again, for any number of bytes.
      else if (code === ENDED && bytesMax !== undefined) return undefined;
      else if (code !== IDLE) throw unavailable(`${code} ${message.headers?.description ?? ''}`);
      if (messages.length === batch) return messages;
    }
  } finally {
    clearTimeout(timer);
  }
  // Where the messages have the bytes to the very last one, the server ends it without a word.
  fellSilent();
  if (messages.length > 0) return messages;
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

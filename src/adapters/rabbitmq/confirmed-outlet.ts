import {
  asUnavailable,
  type BackboneUnavailableError,
  type Envelope,
  MessageNotCarriedError,
  type Outlet,
} from '../../backbone/backbone.ts';
import { handOverByKey } from '../../backbone/hand-over.ts';
import type { Clock } from '../../host/clock.ts';
import type { AmqpConfirmChannel } from './amqp-client.ts';
import { publishOptions } from './messages.ts';

/** What an outlet is made of. */
export interface OutletParts {
  readonly exchange: string;
  readonly clock: Clock;
  readonly confirmWithinMs: number;
  /** A channel that confirms, with the exchange there, and the queues of all who are known to listen. */
  readonly open: () => Promise<AmqpConfirmChannel>;
  /** Why the server reads nothing now, if it does not. */
  readonly blockedWhy: () => string | undefined;
  /** The contracts to which somebody is known to listen. */
  readonly heard: ReadonlySet<string>;
  /** Called after something was handed over. */
  readonly onPublished: () => void;
}

/** A server that reads nothing does not answer that a channel is closed; the connection ends then without it. */
const CLOSE_WITHIN_MS = 1_000;

/** Hands messages over, and waits until the server has confirmed each. */
export class ConfirmedOutlet implements Outlet {
  readonly #parts: OutletParts;
  #channel: Promise<AmqpConfirmChannel> | undefined;
  #opened: AmqpConfirmChannel | undefined;
  /** That of an earlier channel: what is under way on it must not come behind what is handed over again. */
  #leaving: Promise<void> | undefined;
  /** Ids of messages that reached no queue, until their confirmation comes. */
  readonly #returned = new Set<unknown>();
  /** Why the server closed the channel. */
  #refusal: unknown;
  #isOpen = true;

  constructor(parts: OutletParts) {
    this.#parts = parts;
  }

  async publish(messages: readonly Envelope[]): Promise<void> {
    if (!this.#isOpen) throw unavailable('the outlet is closed');
    const channel = await this.#reach();
    const failed = await handOverByKey(messages, (message) => this.#hand(channel, message));
    this.#parts.onPublished();
    if (failed === null) return;
    await this.#leave(channel);
    if (isTooLarge(this.#refusal)) throw largestOf(messages, this.#refusal);
    throw unavailable(this.#refusal ?? failed.reason);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    const closing = this.#channel?.then((channel) => channel.close()).catch(() => undefined);
    await this.#forAWhile(Promise.all([closing, this.#leaving]));
  }

  /** A server that reads nothing answers later: until then nothing more is handed over. */
  async #leave(channel: AmqpConfirmChannel): Promise<void> {
    this.#channel = undefined;
    const closing = channel.close().catch(() => undefined);
    const leaving = Promise.all([this.#leaving, closing]).then(() => {
      if (this.#leaving === leaving) this.#leaving = undefined;
    });
    this.#leaving = leaving;
    await this.#forAWhile(leaving);
  }

  async #forAWhile(closing: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const closed = closing.then(() => over.abort());
    await Promise.race([closed, this.#parts.clock.sleep(CLOSE_WITHIN_MS, over.signal)]);
  }

  async #reach(): Promise<AmqpConfirmChannel> {
    const opening = (this.#channel ??= this.#open());
    try {
      return await opening;
    } catch (error) {
      if (this.#channel === opening) this.#channel = undefined;
      throw error;
    }
  }

  async #open(): Promise<AmqpConfirmChannel> {
    await this.#leaving;
    const channel = await this.#parts.open();
    this.#refusal = undefined;
    this.#returned.clear();
    channel.on('return', ({ properties }) => this.#returned.add(properties.messageId));
    channel.on('error', (error) => (this.#refusal = error));
    this.#opened = channel;
    channel.on('close', () => {
      // That of an earlier one may come late.
      if (this.#opened === channel) this.#channel = undefined;
    });
    return channel;
  }

  #hand(channel: AmqpConfirmChannel, message: Envelope): Promise<void> {
    const { exchange, clock, confirmWithinMs, heard, blockedWhy } = this.#parts;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(confirmWithinMs, () =>
        reject(unavailable(notConfirmed(confirmWithinMs, blockedWhy()))),
      );
      const content = Buffer.from(message.data);
      const confirmed = (error: unknown): void => {
        cancel();
        // The server confirms that, too. Tried again, it comes after the queue was made anew.
        if (this.#returned.delete(message.id)) reject(unavailable(noQueue(message)));
        else if (error === null || error === undefined) resolve();
        else reject(unavailable(error));
      };
      try {
        const options = publishOptions(message, heard.has(message.type));
        channel.publish(exchange, message.type, content, options, confirmed);
      } catch (error) {
        confirmed(error);
      }
    });
  }
}

function notConfirmed(withinMs: number, blockedWhy: string | undefined): string {
  const why =
    blockedWhy === undefined ? '' : `: the server takes no messages now, it is ${blockedWhy}`;
  return `nothing was confirmed within ${withinMs} ms${why}`;
}

function noQueue({ id, type }: Envelope): string {
  return `message ${id} of ${type} reached no queue, though somebody listens to it: was the queue removed?`;
}

/** What the server says of a message that is larger than its `max_message_size`. */
function isTooLarge(refusal: unknown): refusal is Error {
  return refusal instanceof Error && /message size \d+ is larger than/.test(refusal.message);
}

/** The server closes the channel without saying which one it was. */
function largestOf(messages: readonly Envelope[], refusal: Error): MessageNotCarriedError {
  const sizes = messages.map(({ id, data }) => ({ id, bytes: Buffer.byteLength(data) }));
  const largest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const why = `It has ${largest.bytes} bytes, and the server takes none as large: ${refusal.message}. Raise max_message_size in its configuration and redrive the message.`;
  return new MessageNotCarriedError('rabbitmq', largest.id, why, { cause: refusal });
}

function unavailable(cause: unknown): BackboneUnavailableError {
  return asUnavailable('rabbitmq', cause);
}

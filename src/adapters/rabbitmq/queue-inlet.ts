import {
  BackboneUnavailableError,
  type Delivery,
  type Envelope,
  type Inlet,
} from '../../backbone/backbone.ts';
import type { Clock } from '../../host/clock.ts';
import { Ahead, AHEAD_MAX } from './ahead.ts';
import type { AmqpChannel, AmqpMessage } from './amqp-client.ts';
import { envelopeOf } from './messages.ts';

/** A queue that is not empty, and of which nothing comes, is looked at again after this time. */
const LOOK_AGAIN_MS = 20;
/** So long after the queue was found empty what was let go is not waited for any more. */
const OWED_MS = 2_000;

/** What an inlet is made of. */
export interface InletParts {
  /** A channel, with the queue there. */
  readonly open: () => Promise<AmqpChannel>;
  readonly queue: string;
  /** Where the source publishes. */
  readonly exchange: string;
  readonly source: string;
  /** What it listens to; the queue may hold what an older release listened to. */
  readonly contracts: ReadonlySet<string>;
  readonly clock: Clock;
  readonly onClosed: () => void;
}

/** Takes messages out of a queue, in its order, and acknowledges them together. */
export class QueueInlet implements Inlet {
  readonly #parts: InletParts;
  /** Come, and not asked for yet. */
  readonly #ahead = new Ahead();
  /** By which messages come; none while the queue is begun to be read. */
  #channel: AmqpChannel | undefined;
  /** Given out, and not acknowledged yet. */
  #inHand = 0;
  /** Whether there may be some in the queue, or on their way here. */
  #mayHaveMore = true;
  /** Whether something was published here since the queue was last asked. */
  #published = false;
  #isLooking = false;
  /** Since when the queue was found empty each time, and nothing came. */
  #emptySinceMs = Number.POSITIVE_INFINITY;
  #failure: BackboneUnavailableError | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  private constructor(parts: InletParts) {
    this.#parts = parts;
  }

  static async open(parts: InletParts): Promise<QueueInlet> {
    const inlet = new QueueInlet(parts);
    await inlet.#begin();
    inlet.look();
    return inlet;
  }

  async receive(options: { limit: number; signal: AbortSignal }): Promise<Delivery> {
    const { limit, signal } = options;
    if (this.#isClosed) throw unavailable('it was closed');
    if (this.#ahead.isOver && this.#inHand === 0) await this.#readAnew();
    await this.#more(signal);
    if (this.#failure !== undefined && !this.#isClosed) throw this.#failure;
    if (signal.aborted || this.#isClosed) return NOTHING;
    const taken = this.#ahead.take(limit);
    const last = taken.at(-1);
    if (last === undefined) return NOTHING;
    this.#inHand = taken.length;
    return {
      messages: taken.flatMap((message) => this.#read(message)),
      marks: [],
      acknowledge: () => this.#acknowledge(last),
    };
  }

  async isDrained(): Promise<boolean> {
    return !this.#mayHaveMore && this.#hasNothing;
  }

  async lookAgain(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#count();
    return !this.#mayHaveMore && this.#hasNothing;
  }

  /** Something was published: whether it is for us the queue tells. */
  look(): void {
    this.#mayHaveMore = true;
    this.#published = true;
    if (!this.#isLooking) void this.#lookUntilKnown();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wake?.();
    this.#parts.onClosed();
    await this.#end();
  }

  async #begin(): Promise<void> {
    const channel = await this.#parts.open();
    this.#channel = channel;
    const fail = (cause: unknown): void => {
      if (channel === this.#channel) this.#fail(cause);
    };
    channel.on('error', fail);
    channel.on('close', () => fail('the channel was closed'));
    await channel.prefetch(AHEAD_MAX);
    await channel.consume(this.#parts.queue, (message) => this.#come(message));
    // It may have been closed meanwhile.
    if (this.#isClosed) await this.#end();
  }

  /** What was not acknowledged goes back to its place in the queue. */
  async #end(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    await channel?.close().catch(() => undefined);
  }

  /** Nothing is in hand, so nothing comes twice by it. */
  async #readAnew(): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#mayHaveMore = true;
    await this.#end();
    this.#ahead.goOn();
    this.#emptySinceMs = Number.POSITIVE_INFINITY;
    try {
      await this.#begin();
    } catch (error) {
      throw this.#fail(error);
    }
    this.look();
  }

  /**
   * What came through the exchange under a contract that only an older release has listened to is left out.
   * All else is somebody's message: intake takes it, or parks it with the reason.
   */
  #read(message: AmqpMessage): readonly Envelope[] {
    const { source, exchange, contracts, clock } = this.#parts;
    const envelope = envelopeOf(message, source, clock.now());
    const isOurs = message.fields.exchange === exchange;
    const isWanted = [message.fields.routingKey, envelope.type].some((name) => contracts.has(name));
    return isOurs && !isWanted ? [] : [envelope];
  }

  get #hasNothing(): boolean {
    return this.#ahead.isEmpty && this.#inHand === 0;
  }

  #come(message: AmqpMessage | null): void {
    if (message === null) return void this.#fail('the queue was removed');
    this.#emptySinceMs = Number.POSITIVE_INFINITY;
    this.#ahead.come(message);
    this.#wake?.();
  }

  async #acknowledge(last: AmqpMessage): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#channel?.ack(last, true);
    this.#inHand = 0;
    // Its answer comes behind the acknowledgement: without one nobody knows that it arrived.
    await this.#count();
    if (this.#mayHaveMore && this.#hasNothing) this.look();
  }

  /** What is in the queue comes here; it is asked again where that takes a moment. */
  async #lookUntilKnown(): Promise<void> {
    this.#isLooking = true;
    while (this.#failure === undefined && !this.#isClosed) {
      await this.#count().catch(() => undefined);
      if (!this.#mayHaveMore || !this.#hasNothing) break;
      await this.#parts.clock.sleep(LOOK_AGAIN_MS);
    }
    this.#isLooking = false;
    // Whoever waits is told that there is nothing.
    if (!this.#mayHaveMore && this.#hasNothing) this.#wake?.();
  }

  /**
   * Asked twice on the channel that messages come by: the server answers the first time while what it
   * has just taken out of the queue is still on its way to that channel, and the second time behind it.
   */
  async #count(): Promise<void> {
    const channel = this.#channel;
    this.#mayHaveMore = true;
    this.#published = false;
    if (channel === undefined) return;
    const { queue } = this.#parts;
    try {
      const counts = [await channel.checkQueue(queue), await channel.checkQueue(queue)];
      const isEmpty = counts.every(({ messageCount }) => messageCount === 0);
      this.#writeOff(isEmpty);
      // Not what was published since it was asked.
      this.#mayHaveMore = !isEmpty || this.#published;
    } catch (error) {
      // Of a channel that was given up nobody asks any more.
      if (channel === this.#channel) throw this.#fail(error);
    }
  }

  /** What was let go comes again within a moment, unless somebody has emptied the queue meanwhile. */
  #writeOff(isEmpty: boolean): void {
    const now = this.#parts.clock.elapsedMs();
    this.#emptySinceMs = isEmpty ? Math.min(this.#emptySinceMs, now) : Number.POSITIVE_INFINITY;
    if (now - this.#emptySinceMs >= OWED_MS) this.#ahead.hasNoMore();
  }

  #fail(cause: unknown): BackboneUnavailableError {
    const failure = (this.#failure ??= unavailable(cause));
    this.#wake?.();
    return failure;
  }

  /** Waits until there is something to be said. */
  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const isSaid = this.#ahead.isReady || this.#failure !== undefined || this.#isClosed;
      if (isSaid || signal.aborted) return resolve();
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

function unavailable(cause: unknown): BackboneUnavailableError {
  return new BackboneUnavailableError('rabbitmq', cause);
}

const NOTHING: Delivery = { messages: [], marks: [], acknowledge: async () => undefined };

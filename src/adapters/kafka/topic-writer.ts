import type { Envelope, MessageNotCarriedError, Outlet } from '../../backbone/backbone.ts';
import { attributesOf } from '../../backbone/cloud-event.ts';
import type { Clock } from '../../host/clock.ts';
import type { Cluster } from './cluster.ts';
import { headersOf } from './headers.ts';
import type { KafkaProducer } from './kafka-client.ts';
import { unavailable } from './kafka-errors.ts';
import type { PublisherTopic } from './publisher-topic.ts';
import { bytesOf, fitting, type Outgoing, roundsOf } from './rounds.ts';

/** All brokers that must have a message have it before it is confirmed. */
const ALL = -1;
/** So many confirmed messages are remembered of calls that failed. */
const KNOWN_MAX = 10_000;

export interface TopicWriterOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly confirmWithinMs: number;
  /** The topic, made when it is not there. */
  readonly reach: () => Promise<PublisherTopic>;
  /** Called when the topic may not be as it was when it was reached. */
  readonly forget: () => void;
  readonly written: (partitions: ReadonlySet<number>) => void;
}

/** A call that waits for its turn, or for its confirmation. */
interface Call {
  readonly messages: readonly Envelope[];
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Hands over what a context publishes. One question to the brokers is under way at a time: a producer keeps the
 * order only of what it was given one after the other. Calls that come meanwhile go together in the next
 * one, in their order; when it fails, all of them have failed.
 *
 * What comes again after a failure may be in the topic twice, and intake takes it in once. It is never in
 * the wrong order: whatever is handed over again was handed over before all that follows it.
 */
export class TopicWriter implements Outlet {
  readonly #options: TopicWriterOptions;
  #producer: KafkaProducer | undefined;
  #waiting: Call[] = [];
  #isAtWork = false;
  #isOpen = true;
  /** Those of calls that failed, which were confirmed all the same: they need not go again. */
  readonly #confirmed = new Set<string>();

  constructor(options: TopicWriterOptions) {
    this.#options = options;
  }

  publish(messages: readonly Envelope[]): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ messages, done });
    if (!this.#isAtWork) void this.#work();
    return done.promise;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#letGo();
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0);
      try {
        await this.#publish(calls);
      } catch (error) {
        for (const { done } of calls) done.reject(error);
      }
    }
    this.#isAtWork = false;
  }

  /** What one call has that is too large is no matter of the others. */
  async #publish(calls: readonly Call[]): Promise<void> {
    if (!this.#isOpen) throw unavailable('the outlet is closed');
    const { name, bytesMax } = await this.#options.reach();
    const partitions = await this.#partitions(name);
    const given = calls.map(({ messages }) => {
      const left = messages.filter(({ id }) => !this.#confirmed.has(id));
      const outgoing = left.map((envelope) => this.#addressed(envelope, name, partitions));
      return fitting(outgoing, { topic: name, bytesMax });
    });
    const fits = given.flatMap((call) => call.fits);
    for (const round of roundsOf(fits, bytesMax)) {
      await this.#hand(round);
      for (const { envelope } of round) this.#confirmed.add(envelope.id);
    }
    for (const [index, { tooLarge }] of given.entries()) this.#settle(calls[index], tooLarge);
    if (this.#confirmed.size > KNOWN_MAX) this.#confirmed.clear();
  }

  #settle(call: Call | undefined, tooLarge: MessageNotCarriedError | undefined): void {
    if (tooLarge !== undefined) return call?.done.reject(tooLarge);
    for (const { id } of call?.messages ?? []) this.#confirmed.delete(id);
    call?.done.resolve();
  }

  #partitions(topic: string): Promise<number> {
    return this.#asked(async (producer) => {
      const { topics } = await producer.metadata({ topics: [topic] });
      return topics.get(topic)?.partitions.length ?? 1;
    });
  }

  #addressed(envelope: Envelope, topic: string, partitions: number): Outgoing {
    const key = Buffer.from(envelope.key);
    const value = Buffer.from(envelope.data);
    const headers = headersOf(attributesOf(envelope));
    const partition = this.#options.cluster.partitionOf(key, partitions);
    const bytes = bytesOf({ key, value, headers });
    return { envelope, bytes, message: { topic, partition, key, value, headers } };
  }

  async #hand(round: readonly Outgoing[]): Promise<void> {
    const messages = round.map(({ message }) => message);
    await this.#asked((producer) => this.#within(producer.send({ messages, acks: ALL })));
    this.#options.written(new Set(messages.map(({ partition }) => partition)));
  }

  /**
   * After a failure there is a new producer: the old one tries nothing more by itself. The topic is looked
   * for again, too: it may be gone, or its bound lowered.
   */
  async #asked<T>(ask: (producer: KafkaProducer) => Promise<T>): Promise<T> {
    try {
      this.#producer ??= this.#options.cluster.producer();
      return await ask(this.#producer);
    } catch (error) {
      await this.#letGo();
      this.#options.forget();
      throw unavailable(error);
    }
  }

  async #within<T>(confirmation: Promise<T>): Promise<T> {
    const { clock, confirmWithinMs } = this.#options;
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(confirmWithinMs, () =>
      late.reject(unavailable(`nothing was confirmed within ${confirmWithinMs} ms`)),
    );
    try {
      return await Promise.race([confirmation, late.promise]);
    } finally {
      cancel();
    }
  }

  async #letGo(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close(true).catch(() => undefined);
  }
}

import type { Clock } from '../../host/clock.ts';
import { type Chunk, chunkOf } from './chunk.ts';
import { AHEAD_CHARACTERS_MAX } from './chunks-ahead.ts';
import type { Cluster } from './cluster.ts';
import type { FetchedPartition, KafkaConsumer } from './kafka-client.ts';
import { explained, isWithoutLeader, unavailable } from './kafka-errors.ts';

/** So much of a partition is asked for at a time; a batch that is larger comes whole. */
const CHUNK_BYTES = 1_048_576;
/** Of one among very many: a page of small messages. */
const CHUNK_BYTES_MIN = 131_072;
/** What others hand over in transactions is there once they have committed. */
export const COMMITTED = 1;
/** So long a new leader is waited for. */
const LED_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 50;
const LATEST = -1n;
const EARLIEST = -2n;

/** A topic as the cluster has it now. */
export interface TopicState {
  /** Another one when it was made anew under its name. */
  readonly id: string;
  /** By partition, the broker to ask. */
  readonly leaders: readonly number[];
}

/**
 * Reads a topic for all who read it here: pages of a partition, where it begins and ends. One question
 * after the other, as the client wants it for what it fetches.
 */
export class TopicReader {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #clock: Clock;
  #consumer: KafkaConsumer | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster, topic: string, clock: Clock) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#clock = clock;
  }

  /** As it was a few seconds ago, unless it is asked for as it is now. */
  state(options: { readonly isNow?: boolean } = {}): Promise<TopicState> {
    return this.#asked((consumer) => this.#state(consumer, options.isNow));
  }

  /** By partition, the place behind the last message. */
  ends(): Promise<readonly number[]> {
    return this.#asked((consumer) => offsetsOf(consumer, this.#topic, LATEST));
  }

  /** By partition, the place of the first message that is left. */
  begins(): Promise<readonly number[]> {
    return this.#asked((consumer) => offsetsOf(consumer, this.#topic, EARLIEST));
  }

  /** What is there from a place on, at once. */
  chunk(topicId: string, partition: number, place: number): Promise<Chunk> {
    return this.#asked(async (consumer) => {
      const { leaders } = await this.#state(consumer);
      const node = leaders[partition];
      // The client looks for it, too, where nobody could catch what it throws.
      if (node === undefined) throw unavailable(`the topic has no partition ${partition}`);
      const bytes = chunkBytes(leaders.length);
      const fetchOffset = BigInt(place);
      const asked = { partition, fetchOffset, partitionMaxBytes: bytes, ...NO_EPOCH };
      const { responses } = await consumer.fetch({
        node,
        topics: [{ topicId, partitions: [asked] }],
        minBytes: 0,
        maxBytes: bytes,
        maxWaitTime: 0,
        isolationLevel: COMMITTED,
      });
      // A partition that has nothing new to say is left out.
      const found = responses
        .flatMap(({ partitions }) => partitions)
        .find(({ partitionIndex }: FetchedPartition) => partitionIndex === partition);
      return chunkOf(found, place);
    });
  }

  async close(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.close(true).catch(() => undefined);
  }

  async #state(consumer: KafkaConsumer, isNow = false): Promise<TopicState> {
    return stateOf(consumer, this.#topic, isNow);
  }

  #asked<T>(ask: (consumer: KafkaConsumer) => Promise<T>): Promise<T> {
    const done = this.#turn.then(() => this.#ask(ask));
    // Without the answer: it would be kept until the next one.
    this.#turn = done.then(nothing, nothing);
    return done;
  }

  /** After a failure there is a new client: what the old one knew may be why. */
  async #ask<T>(ask: (consumer: KafkaConsumer) => Promise<T>): Promise<T> {
    const until = this.#clock.elapsedMs() + LED_WITHIN_MS;
    for (;;) {
      this.#consumer ??= this.#cluster.consumer(this.#topic);
      try {
        return await ask(this.#consumer);
      } catch (error) {
        await this.close();
        if (!isWithoutLeader(error) || this.#clock.elapsedMs() > until) throw explained(error);
        await this.#clock.sleep(LOOK_AGAIN_MS);
      }
    }
  }
}

const nothing = (): void => undefined;

/** So that what was read of all partitions is kept until it was asked for. */
function chunkBytes(partitions: number): number {
  const share = Math.floor(AHEAD_CHARACTERS_MAX / partitions);
  return Math.max(CHUNK_BYTES_MIN, Math.min(CHUNK_BYTES, share));
}

export const NO_EPOCH = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 } as const;

export async function stateOf(
  consumer: KafkaConsumer,
  topic: string,
  isNow: boolean,
): Promise<TopicState> {
  const { topics } = await consumer.metadata({ topics: [topic], forceUpdate: isNow });
  const found = topics.get(topic);
  if (found === undefined) throw unavailable(`the topic "${topic}" is not there`);
  return { id: found.id, leaders: Array.from(found.partitions, ({ leader }) => leader) };
}

export async function endsOf(consumer: KafkaConsumer, topic: string): Promise<readonly number[]> {
  return offsetsOf(consumer, topic, LATEST);
}

async function offsetsOf(
  consumer: KafkaConsumer,
  topic: string,
  timestamp: bigint,
): Promise<readonly number[]> {
  const offsets = await consumer.listOffsets({
    topics: [topic],
    timestamp,
    isolationLevel: COMMITTED,
  });
  return Array.from(offsets.get(topic) ?? [], Number);
}

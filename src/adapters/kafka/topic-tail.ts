import type { Clock } from '../../host/clock.ts';
import type { Cluster } from './cluster.ts';
import type { KafkaConsumer } from './kafka-client.ts';
import { COMMITTED, endsOf, NO_EPOCH, stateOf, type TopicState } from './topic-reader.ts';

/** So long at a time a broker is asked to say when there is more. */
const WAIT_MS = 5_000;
/** After a failure it is asked again after this time, and then ever later. */
const AGAIN_MS = 50;
const AGAIN_MS_MAX = 2_000;

/**
 * Hears when there is more in a topic, and tells those who read its partitions. It asks each broker
 * that leads some of them, and lets it wait with the answer; what it is sent is read by others.
 */
export class TopicTail {
  readonly #cluster: Cluster;
  readonly #topic: string;
  readonly #clock: Clock;
  readonly #listeners = new Map<number, Set<() => void>>();
  readonly #closing = new AbortController();
  /** As many as were last heard of. */
  partitions = 0;
  #consumer: KafkaConsumer | undefined;
  #isWatching = false;

  constructor(cluster: Cluster, topic: string, clock: Clock) {
    this.#cluster = cluster;
    this.#topic = topic;
    this.#clock = clock;
  }

  /** Calls when there may be more in a partition. Returns how to stop it. */
  onMore(partition: number, listener: () => void): () => void {
    const listeners = this.#listeners.get(partition) ?? new Set();
    this.#listeners.set(partition, listeners.add(listener));
    if (!this.#isWatching) void this.#watch();
    this.#isWatching = true;
    return () => listeners.delete(listener);
  }

  /** Something was published through this process: it need not wait until a broker says so. */
  tell(partition: number): void {
    for (const listener of this.#listeners.get(partition) ?? []) listener();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#letGo();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing;
    let delayMs = AGAIN_MS;
    while (!signal.aborted) {
      try {
        await this.#listen(() => (delayMs = AGAIN_MS));
      } catch {
        await this.#letGo();
        if (signal.aborted) return;
        // Whoever is told asks, and meets the error.
        this.#tellAll();
        await this.#clock.sleep(delayMs, signal);
        delayMs = Math.min(AGAIN_MS_MAX, delayMs * 2);
      }
    }
  }

  /** Until a broker cannot be asked, or others lead, or there are other partitions. */
  async #listen(answered: () => void): Promise<void> {
    const consumer = (this.#consumer ??= this.#cluster.consumer(this.#topic, WAIT_MS));
    const state = await stateOf(consumer, this.#topic, true);
    const places = [...(await endsOf(consumer, this.#topic))];
    this.partitions = state.leaders.length;
    // Whatever came before was there.
    this.#tellAll();
    const over = new AbortController();
    const isOver = (): boolean => over.signal.aborted || this.#closing.signal.aborted;
    const ask = async (leader: number): Promise<void> => {
      while (!isOver()) {
        await this.#ask(consumer, { state, leader, places });
        answered();
        if (!isSame(state, await stateOf(consumer, this.#topic, false))) over.abort();
      }
    };
    const asking = [...new Set(state.leaders)].map((leader) => ask(leader));
    try {
      await Promise.all(asking);
    } finally {
      over.abort();
    }
  }

  async #ask(
    consumer: KafkaConsumer,
    { state, leader, places }: { state: TopicState; leader: number; places: number[] },
  ): Promise<void> {
    const led = places.flatMap((place, partition) =>
      state.leaders[partition] === leader
        ? [{ partition, fetchOffset: BigInt(place), partitionMaxBytes: 1, ...NO_EPOCH }]
        : [],
    );
    const { responses } = await consumer.fetch({
      node: leader,
      topics: [{ topicId: state.id, partitions: led }],
      minBytes: 1,
      maxBytes: 1,
      maxWaitTime: WAIT_MS,
      isolationLevel: COMMITTED,
    });
    for (const { partitionIndex, lastStableOffset } of responses.flatMap((one) => one.partitions)) {
      const end = Number(lastStableOffset);
      if (end <= (places[partitionIndex] ?? 0)) continue;
      places[partitionIndex] = end;
      this.tell(partitionIndex);
    }
  }

  #tellAll(): void {
    for (const partition of this.#listeners.keys()) this.tell(partition);
  }

  async #letGo(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.close(true).catch(() => undefined);
  }
}

function isSame(a: TopicState, b: TopicState): boolean {
  return a.id === b.id && a.leaders.join() === b.leaders.join();
}

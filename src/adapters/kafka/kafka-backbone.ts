import {
  type Backbone,
  type Consumer,
  type Inlet,
  isForGood,
  type Outlet,
  type Surroundings,
} from '../../backbone/backbone.ts';
import type { LogInlet } from '../../backbone/log-inlet.ts';
import { LogToLog } from '../../backbone/log-to-log.ts';
import type { Clock } from '../../host/clock.ts';
import { NEWEST_CHARACTERS_MAX } from '../../log/newest-records.ts';
import { FROM_NOW } from '../../log/write-set.ts';
import { Cluster } from './cluster.ts';
import type { KafkaAdmin, KafkaPackage } from './kafka-client.ts';
import { unavailable } from './kafka-errors.ts';
import { type Names, namesWith } from './names.ts';
import { PartitionedInlet } from './partitioned-inlet.ts';
import { PublishedPartition, UNTYPED } from './published-partition.ts';
import { OWN_BYTES_MAX, type PublisherTopic, publisherTopic } from './publisher-topic.ts';
import { ShownProgress } from './shown-progress.ts';
import { marksIn, startPlaces } from './start-places.ts';
import { TopicInUse } from './topic-in-use.ts';
import { TopicWriter } from './topic-writer.ts';

/**
 * How a backbone on Kafka is made. Whatever else is given goes to the clients of `@platformatic/kafka` as it
 * is: `sasl`, `tls`, `clientId`, `connectTimeout` …
 */
export interface KafkaOptions {
  /** Addresses of some brokers, such as `localhost:9092`. */
  readonly brokers: string | readonly string[];
  /** What the names of topics and groups begin with. Default `thereupon`. */
  readonly prefix?: string;
  /**
   * How topics and groups are called where a company has its own way, such as
   * `{ topic: (publisher) => `acme.${publisher}.events` }`. It is asked often, and must always say the same. Default:
   * as the prefix says, also for what is left out.
   */
  readonly names?: Partial<Names>;
  /** So many partitions has a topic that is made here. Default 6. */
  readonly partitions?: number;
  /** On so many brokers each of them is kept. Default: as the brokers have it. */
  readonly replicationFactor?: number;
  /** Settings of topics that are made here, such as `{ 'min.insync.replicas': '2' }`. */
  readonly topicSettings?: Readonly<Record<string, string>>;
  /** So long a confirmation is waited for, in milliseconds. Default 10,000. */
  readonly confirmWithinMs?: number;
  /**
   * The package, where it is not to be loaded from where Thereupon is: `await import('@platformatic/kafka')`, or that
   * with classes of yours in the place of some. Not a client: many are made, with options of their own, and made anew
   * after each failure. Default: it is loaded.
   */
  readonly client?: KafkaPackage;
  readonly [option: string]: unknown;
}

const CONFIRM_WITHIN_MS = 10_000;
const PARTITIONS = 6;
const AS_THE_BROKER_HAS_IT = -1;

/**
 * Kafka as the backbone: each publishing context has a topic, which keeps what it has published, the
 * messages of a key in order in one partition, for as long as the topic's own settings say: for ever, as it
 * is made here. A consumer reads the partitions like logs, and keeps its places in its own database.
 *
 * @param where an address such as `kafka://localhost:9092`, or options
 * @throws {KafkaClientMissingError} at the start, when the client is not installed
 * @throws {KafkaTopicError} when a topic of that name is there and would lose messages
 * @example
 * const app = await run([ordering, billing], {
 *   store: sqlite('./data'),
 *   backbone: kafka('localhost:9092'),
 * });
 */
export function kafka(where: string | KafkaOptions): Backbone {
  return new KafkaBackbone(typeof where === 'string' ? { brokers: where } : where);
}

class KafkaBackbone implements Backbone {
  readonly name = 'kafka';
  readonly capabilities = {
    order: 'key',
    replay: true,
    confirmed: 'written',
    partitions: true,
    bytesMax: OWN_BYTES_MAX,
  } as const;
  readonly #options: KafkaOptions;
  readonly #names: Names;
  readonly #cluster: Cluster;
  /** By publisher, those that are there. */
  readonly #reached = new Map<string, Promise<PublisherTopic>>();
  /** By publisher, those that are read here. */
  readonly #topics = new Map<string, TopicInUse>();
  /** By partition: of every topic, each is a log. */
  readonly #logs: LogToLog[] = [];
  /** By publisher and consumer: a group may have several topics. */
  readonly #shown = new Map<string, ShownProgress>();
  #clock: Clock | undefined;
  #admin: KafkaAdmin | undefined;

  constructor(options: KafkaOptions) {
    const { prefix = 'thereupon', names, partitions: _, ...rest } = options;
    const {
      replicationFactor: __,
      topicSettings: ___,
      confirmWithinMs = CONFIRM_WITHIN_MS,
      ...others
    } = rest;
    this.#options = options;
    this.#names = namesWith(prefix, names);
    this.#cluster = new Cluster({ ...others, brokers: options.brokers, confirmWithinMs });
  }

  async start({ clock }: Surroundings): Promise<void> {
    await this.#cluster.load();
    this.#clock = clock;
  }

  async outlet(publisher: string): Promise<Outlet> {
    return new TopicWriter({
      cluster: this.#cluster,
      clock: this.#started,
      confirmWithinMs: this.#options.confirmWithinMs ?? CONFIRM_WITHIN_MS,
      reach: () => this.#reach(publisher),
      forget: () => void this.#reached.delete(publisher),
      written: (partitions) => {
        for (const partition of partitions) this.#topics.get(publisher)?.tail.tell(partition);
      },
    });
  }

  async inlet(consumer: Consumer): Promise<Inlet> {
    const { source } = consumer;
    await this.#reach(source);
    try {
      return await this.#open(consumer, this.#topicOf(source));
    } catch (error) {
      this.#reached.delete(source);
      throw isForGood(error) ? error : unavailable(error);
    }
  }

  async probe(): Promise<void> {
    await this.#cluster.load();
    const admin = this.#cluster.admin();
    try {
      await admin.metadata({ topics: [], forceUpdate: true });
    } catch (error) {
      throw unavailable(error);
    } finally {
      await admin.close().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shown.values()].map((shown) => shown.close()));
    await Promise.all(this.#logs.map((log) => log.close()));
    await Promise.all([...this.#topics.values()].map((topic) => topic.close()));
    await this.#letGo();
    this.#clock = undefined;
    this.#logs.length = 0;
    for (const known of [this.#shown, this.#topics, this.#reached]) known.clear();
  }

  async #open(consumer: Consumer, topic: TopicInUse): Promise<Inlet> {
    const { source } = consumer;
    const { id: topicId } = await topic.state();
    const [begins, ends] = [await topic.reader.begins(), await topic.reader.ends()];
    const places = startPlaces(consumer, { topicId, begins, ends });
    const open = async (partition: number): Promise<LogInlet> => {
      const marks = marksIn(partition, { source, topicId, places });
      const contracts = [...consumer.contracts, UNTYPED];
      return (await this.#log(partition)).inlet({ ...consumer, contracts, marks });
    };
    const shown = this.#show(consumer);
    return new PartitionedInlet({
      source,
      untyped: `${topic.name} (without ce_type)`,
      topicId,
      places,
      inlets: await allOpen(begins.map((_, partition) => open(partition))),
      beginsNow: [...places.values()].some(([place]) => place === FROM_NOW),
      added: (partition) => open(partition),
      partitions: topic.partitions,
      reached: (reached) => shown.reached(reached),
    });
  }

  /** What reads one partition, of whatever topic. */
  async #log(partition: number): Promise<LogToLog> {
    const known = this.#logs[partition];
    if (known !== undefined) return known;
    const log = new LogToLog(this.name, (publisher) => {
      const partitions = Math.max(1, this.#topicOf(publisher).partitions.known());
      return NEWEST_CHARACTERS_MAX / partitions;
    });
    this.#logs[partition] = log;
    const published = async (publisher: string): Promise<PublishedPartition> => {
      const { name: topic, reader, tail, ahead } = this.#topicOf(publisher);
      return new PublishedPartition({ publisher, topic, partition, reader, tail, ahead });
    };
    await log.start({ clock: this.#started, published });
    return log;
  }

  #show({ source, consumer }: Consumer): ShownProgress {
    const group = this.#names.group(source, consumer);
    const admin = (): KafkaAdmin => (this.#admin ??= this.#cluster.admin());
    const topic = this.#names.topic(source);
    const whose = `${source} ${consumer}`;
    const shown =
      this.#shown.get(whose) ?? new ShownProgress({ admin, clock: this.#started, topic, group });
    this.#shown.set(whose, shown);
    return shown;
  }

  #topicOf(publisher: string): TopicInUse {
    const name = this.#names.topic(publisher);
    const topic = this.#topics.get(publisher) ?? new TopicInUse(this.#cluster, name, this.#started);
    this.#topics.set(publisher, topic);
    return topic;
  }

  /** Looked for once, and again after whatever failed. */
  async #reach(publisher: string): Promise<PublisherTopic> {
    const reaching = this.#reached.get(publisher) ?? this.#find(publisher);
    this.#reached.set(publisher, reaching);
    try {
      return await reaching;
    } catch (error) {
      if (this.#reached.get(publisher) === reaching) this.#reached.delete(publisher);
      if (isForGood(error)) throw error;
      await this.#letGo();
      throw unavailable(error);
    }
  }

  async #find(publisher: string): Promise<PublisherTopic> {
    const { partitions = PARTITIONS, topicSettings = {} } = this.#options;
    const { replicationFactor = AS_THE_BROKER_HAS_IT } = this.#options;
    this.#admin ??= this.#cluster.admin();
    return publisherTopic(this.#admin, {
      topic: this.#names.topic(publisher),
      clock: this.#started,
      partitions,
      replicationFactor,
      topicSettings,
    });
  }

  get #started(): Clock {
    if (this.#clock === undefined) throw unavailable('it was not started');
    return this.#clock;
  }

  async #letGo(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    await admin?.close().catch(() => undefined);
  }
}

/** All of them, or none is left open. */
async function allOpen(opening: readonly Promise<LogInlet>[]): Promise<readonly LogInlet[]> {
  const settled = await Promise.allSettled(opening);
  const inlets = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed?.status !== 'rejected') return inlets;
  await Promise.all(inlets.map((inlet) => inlet.close()));
  throw failed.reason;
}

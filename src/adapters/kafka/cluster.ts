import type {
  KafkaAdmin,
  KafkaClient,
  KafkaConnected,
  KafkaConsumer,
  KafkaPackage,
  KafkaProducer,
} from './kafka-client.ts';
import { loadClient } from './kafka-client.ts';
import { unavailable } from './kafka-errors.ts';

/** How the cluster is reached; what is not ours goes to the client as it is. */
export interface ClusterOptions {
  readonly brokers: string | readonly string[];
  readonly confirmWithinMs: number;
  readonly client?: KafkaPackage | undefined;
  readonly [option: string]: unknown;
}

/** A question that is not answered within this time is given up. */
const ANSWER_MS = 10_000;
/** Who has to ask another broker waits so long before. */
const AGAIN_MS = 50;

/**
 * Makes clients for one cluster. A broker answers the questions of one connection one after the other, so
 * whoever waits for something to happen has a client of its own.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  #client: KafkaClient | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** @throws {KafkaClientMissingError} */
  async load(): Promise<void> {
    this.#client = (this.#options.client as KafkaClient | undefined) ?? (await loadClient());
  }

  admin(): KafkaAdmin {
    const again = { retries: 1, retryDelay: AGAIN_MS };
    return guarded(new this.#loaded.Admin(this.#optionsWith(again)));
  }

  /** Reads one topic. It joins no group: which partitions it reads is said with each question. */
  consumer(topic: string, waitsMs = 0): KafkaConsumer {
    const options = { retries: 0, groupId: 'none', requestTimeout: ANSWER_MS + waitsMs };
    const consumer = guarded(new this.#loaded.Consumer(this.#optionsWith(options)));
    consumer.topics.track(topic);
    return consumer;
  }

  /**
   * What it sends again by itself is kept once: the broker knows it by its number. What is handed over
   * anew, after it has given up, is not.
   */
  producer(): KafkaProducer {
    const { confirmWithinMs } = this.#options;
    const waits = { timeout: confirmWithinMs, requestTimeout: confirmWithinMs };
    const again = { retries: 3, retryDelay: AGAIN_MS };
    const options = { idempotent: true, ...again, ...waits };
    return guarded(new this.#loaded.Producer(this.#optionsWith(options)));
  }

  /**
   * The partition of a key, as Java's client finds it. (The default of this one finds others, where the
   * number of partitions is no power of two.)
   */
  partitionOf(key: Buffer, partitions: number): number {
    return (this.#loaded.murmur2(key) & 0x7f_ff_ff_ff) % partitions;
  }

  get #loaded(): KafkaClient {
    if (this.#client === undefined) throw unavailable('it was not started');
    return this.#client;
  }

  #optionsWith(own: object): object {
    const { brokers, client: _, confirmWithinMs: __, ...options } = this.#options;
    const bootstrapBrokers = addressesOf(brokers);
    return {
      clientId: 'thereupon',
      requestTimeout: ANSWER_MS,
      ...options,
      ...own,
      bootstrapBrokers,
    };
  }
}

/** An address, or several with commas between, with or without `kafka://`. */
function addressesOf(brokers: string | readonly string[]): readonly string[] {
  return [brokers]
    .flat()
    .flatMap((text) => text.replace(/^kafka:\/\//, '').split(','))
    .map((address) => address.trim().replace(/\/$/, ''))
    .filter((address) => address !== '');
}

/**
 * A connection of the client may say "error" once more after whoever waited for it was told, and
 * the process would end, since nobody listens any more.
 */
function guarded<Client extends KafkaConnected>(client: Client): Client {
  client.connections.on('connecting', ({ connection }) => connection.on('error', () => undefined));
  return client;
}

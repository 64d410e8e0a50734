/**
 * What we need of the client `@platformatic/kafka`: the few calls, so that nobody's compiler needs its
 * types who does not use it.
 */

/** What each of its clients has. */
export interface KafkaConnected {
  readonly connections: {
    on(
      event: 'connecting',
      listener: (begun: {
        readonly connection: { on(event: 'error', hear: () => void): void };
      }) => void,
    ): void;
  };
  metadata(options: {
    readonly topics: string[];
    readonly forceUpdate?: boolean;
  }): Promise<{ readonly topics: ReadonlyMap<string, TopicMetadata | undefined> }>;
}

export interface TopicMetadata {
  readonly id: string;
  readonly partitions: readonly { readonly leader: number }[];
}

export interface KafkaAdmin extends KafkaConnected {
  close(): Promise<void>;
  createTopics(options: {
    readonly topics: readonly string[];
    readonly partitions: number;
    readonly replicas: number;
    readonly configs: readonly { readonly name: string; readonly value: string }[];
  }): Promise<unknown>;
  listOffsets(options: {
    readonly topics: readonly {
      readonly name: string;
      readonly partitions: readonly { readonly partitionIndex: number }[];
    }[];
  }): Promise<unknown>;
  describeConfigs(options: {
    readonly resources: readonly {
      readonly resourceType: number;
      readonly resourceName: string;
      readonly configurationKeys: readonly string[];
    }[];
  }): Promise<
    readonly {
      readonly configs: readonly { readonly name: string; readonly value: string | null }[];
    }[]
  >;
  alterConsumerGroupOffsets(options: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly name: string;
      readonly partitionOffsets: readonly { readonly partition: number; readonly offset: bigint }[];
    }[];
  }): Promise<void>;
}

export interface KafkaProducer extends KafkaConnected {
  close(isForced: boolean): Promise<void>;
  send(options: {
    readonly messages: readonly KafkaMessage[];
    readonly acks: number;
  }): Promise<unknown>;
}

/** A message on its way out. */
export interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: ReadonlyMap<Buffer, Buffer>;
}

export interface KafkaConsumer extends KafkaConnected {
  close(isForced: boolean): Promise<void>;
  /** The topics that it asks the cluster about. */
  readonly topics: { track(topic: string): void };
  listOffsets(options: {
    readonly topics: readonly string[];
    readonly timestamp: bigint;
    readonly isolationLevel: number;
  }): Promise<ReadonlyMap<string, readonly bigint[]>>;
  fetch(options: {
    readonly node: number;
    readonly topics: readonly {
      readonly topicId: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: bigint;
        readonly partitionMaxBytes: number;
        readonly currentLeaderEpoch: number;
        readonly lastFetchedEpoch: number;
      }[];
    }[];
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly maxWaitTime: number;
    readonly isolationLevel: number;
  }): Promise<FetchResponse>;
}

export interface FetchResponse {
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}

export interface FetchedPartition {
  readonly partitionIndex: number;
  /** Where the next record will stand that is for readers of what is committed. */
  readonly lastStableOffset: bigint;
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
  readonly records: readonly RecordBatch[] | null;
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** Records as they were handed over together. */
export interface RecordBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly firstTimestamp: bigint;
  readonly attributes: number;
  readonly producerId: bigint;
  readonly records: readonly KafkaRecord[];
}

export interface KafkaRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

/**
 * The package as an application has it: all that is in `@platformatic/kafka`. What goes in and comes out is typed
 * there.
 */
export interface KafkaPackage {
  readonly Admin: new (options: never) => object;
  readonly Producer: new (options: never) => object;
  readonly Consumer: new (options: never) => object;
  readonly murmur2: (key: Buffer) => number;
}

/** The package, loaded. */
export interface KafkaClient {
  readonly Admin: new (options: object) => KafkaAdmin;
  readonly Producer: new (options: object) => KafkaProducer;
  readonly Consumer: new (options: object) => KafkaConsumer;
  readonly murmur2: (key: Buffer) => number;
}

/**
 * Loads the package. It is loaded only now, so that nobody has it who does not use it.
 *
 * @throws {KafkaClientMissingError} when it is not installed.
 */
export async function loadClient(): Promise<KafkaClient> {
  // Behind a name that the compiler does not follow: the package is an optional peer.
  const name: string = '@platformatic/kafka';
  try {
    return (await import(name)) as KafkaClient;
  } catch (cause) {
    throw new KafkaClientMissingError(cause);
  }
}

/** The client for Kafka is not installed. */
export class KafkaClientMissingError extends Error {
  override readonly name = 'KafkaClientMissingError';
  readonly code = 'kafka-client-missing';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'Kafka is reached by the package "@platformatic/kafka", which could not be loaded. Run npm ' +
        'install @platformatic/kafka, or give the one that you have: kafka({ brokers, client }).',
      { cause },
    );
  }
}

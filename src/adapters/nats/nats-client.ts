/**
 * What we need of the clients `@nats-io/transport-node` and `@nats-io/jetstream`: the few calls, so
 * that nobody's compiler needs their types who does not use them.
 */

/** A connection, as `connect(…)` of `@nats-io/transport-node` makes it. */
export interface NatsConnection {
  /** What the server said when it was connected to. */
  readonly info?: { readonly max_payload?: number } | undefined;
  publish(subject: string, data: string, options: { readonly reply: string }): void;
  subscribe(subject: string): NatsSubscription;
  closed(): Promise<unknown>;
  isClosed(): boolean;
  close(): Promise<void>;
}

export interface NatsSubscription extends AsyncIterable<NatsMessage> {
  unsubscribe(): void;
}

export interface NatsMessage {
  readonly subject: string;
  readonly reply?: string | undefined;
  readonly headers?: NatsHeaders | undefined;
  string(): string;
}

/** Each name, and what it says: more than once, perhaps. */
export interface NatsHeaders extends Iterable<readonly [string, readonly string[]]> {
  /** Of a message that the server itself sends; otherwise 0. */
  readonly code: number;
  readonly description: string;
  append(name: string, value: string): void;
  /** As they are sent. */
  toString(): string;
}

export interface JetStreamClient {
  publish(
    subject: string,
    data: string,
    options: { readonly msgID: string; readonly headers: NatsHeaders; readonly timeout: number },
  ): Promise<unknown>;
}

export interface JetStreamManager {
  readonly streams: {
    info(name: string): Promise<StreamInfo>;
    add(configuration: object): Promise<StreamInfo>;
  };
  readonly consumers: {
    add(stream: string, configuration: object): Promise<{ readonly name: string }>;
    delete(stream: string, consumer: string): Promise<boolean>;
  };
}

export interface StreamInfo {
  readonly created: string;
  readonly config: {
    /** None where it is a copy of another one. */
    readonly subjects?: readonly string[];
    readonly retention: string;
    readonly num_replicas: number;
    /** Where it is not greater than 0 there is no such limit. */
    readonly max_msgs_per_subject?: number;
    readonly no_ack?: boolean;
  };
  readonly state: {
    readonly first_seq: number;
    readonly last_seq: number;
    readonly messages: number;
    /** Taken out of its middle, or of its end. */
    readonly num_deleted?: number;
  };
}

/**
 * The packages as an application has them: all that is in `@nats-io/nats-core` and `@nats-io/jetstream`, in one
 * object. What goes in and comes out is typed there.
 */
export interface NatsPackages {
  /** Of a transport: `wsconnect` of `@nats-io/nats-core`, or `connect` of another one. */
  readonly connect?: (options: never) => Promise<NatsConnection>;
  readonly headers: () => object;
  readonly createInbox: () => string;
  readonly jetstream: (connection: never) => object;
  readonly jetstreamManager: (connection: never, options: never) => Promise<object>;
}

/** The packages, loaded. */
export interface NatsClient {
  readonly connect: (options: object) => Promise<NatsConnection>;
  readonly headers: () => NatsHeaders;
  readonly createInbox: () => string;
  readonly jetstream: (connection: NatsConnection) => JetStreamClient;
  readonly jetstreamManager: (
    connection: NatsConnection,
    options: { readonly checkAPI: boolean; readonly timeout: number },
  ) => Promise<JetStreamManager>;
}

/**
 * Loads the packages. They are loaded only now, so that nobody has them who does not use them.
 *
 * @throws {NatsClientMissingError} when they are not installed.
 */
export async function loadClient(): Promise<NatsClient> {
  // Behind names that the compiler does not follow: the packages are optional peers.
  const [transport, streams]: [string, string] = ['@nats-io/transport-node', '@nats-io/jetstream'];
  try {
    return { ...(await import(transport)), ...(await import(streams)) } as NatsClient;
  } catch (cause) {
    throw new NatsClientMissingError(cause);
  }
}

/** The client for NATS is not installed. */
export class NatsClientMissingError extends Error {
  override readonly name = 'NatsClientMissingError';
  readonly code = 'nats-client-missing';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'NATS is reached by the packages "@nats-io/transport-node" and "@nats-io/jetstream", which ' +
        'could not be loaded. Run npm install @nats-io/transport-node @nats-io/jetstream, or give those that ' +
        'you have: nats({ connection, client }).',
      { cause },
    );
  }
}

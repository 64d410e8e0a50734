/**
 * What we need of the client `amqplib`: the few calls, so that nobody's compiler needs its types who
 * does not use it.
 */

/** A connection, as `connect(…)` of `amqplib` makes it. */
export interface AmqpConnection {
  readonly connection: { readonly serverProperties: { readonly version?: unknown } };
  createChannel(): Promise<AmqpChannel>;
  createConfirmChannel(): Promise<AmqpConfirmChannel>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close' | 'unblocked', listener: () => void): unknown;
  /** The server reads nothing of it any more, for this reason: it is short of something. */
  on(event: 'blocked', listener: (reason: string) => void): unknown;
}

export interface AmqpChannel {
  assertExchange(name: string, type: string, options: object): Promise<unknown>;
  assertQueue(name: string, options: object): Promise<QueueState>;
  checkQueue(name: string): Promise<QueueState>;
  bindQueue(queue: string, exchange: string, routingKey: string): Promise<unknown>;
  prefetch(count: number): Promise<unknown>;
  consume(queue: string, onMessage: (message: AmqpMessage | null) => void): Promise<unknown>;
  ack(message: AmqpMessage, allUpTo: boolean): void;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

export interface AmqpConfirmChannel extends AmqpChannel {
  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    options: object,
    confirmed: (error: unknown) => void,
  ): boolean;
  /** A message that was to reach a queue and reached none; its confirmation comes after it. */
  on(event: 'return', listener: (message: AmqpMessage) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

export interface QueueState {
  /** Those that are ready; not those that somebody has and has not acknowledged. */
  readonly messageCount: number;
}

export interface AmqpMessage {
  readonly content: Buffer;
  readonly fields: {
    /** Where it was published; empty when it was sent straight into a queue. */
    readonly exchange: string;
    readonly routingKey: string;
    readonly deliveryTag: number;
  };
  readonly properties: {
    readonly contentType?: unknown;
    readonly messageId?: unknown;
    readonly timestamp?: unknown;
    readonly headers?: Readonly<Record<string, unknown>> | undefined;
  };
}

export type AmqpConnect = (url: string, socketOptions: object) => Promise<AmqpConnection>;

/**
 * Loads `amqplib`. It is loaded only now, so that nobody has it who does not use it.
 *
 * @throws {RabbitmqClientMissingError} when it is not installed.
 */
export async function loadConnect(): Promise<AmqpConnect> {
  // Behind a name that the compiler does not follow: the package is an optional peer.
  const name: string = 'amqplib';
  try {
    const { default: client } = (await import(name)) as { default: { connect: AmqpConnect } };
    return client.connect;
  } catch (cause) {
    throw new RabbitmqClientMissingError(cause);
  }
}

/** The client for RabbitMQ is not installed. */
export class RabbitmqClientMissingError extends Error {
  override readonly name = 'RabbitmqClientMissingError';
  readonly code = 'rabbitmq-client-missing';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'RabbitMQ is reached by the package "amqplib", which could not be loaded. Run npm install amqplib.',
      { cause },
    );
  }
}

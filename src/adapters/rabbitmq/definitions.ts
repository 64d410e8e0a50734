import type { AmqpChannel } from './amqp-client.ts';

/** Where a context's messages go: to whoever has bound a queue to it by the name of a contract. */
export async function assertExchange(channel: AmqpChannel, exchange: string): Promise<void> {
  await declared(`exchange "${exchange}"`, () =>
    channel.assertExchange(exchange, 'topic', { durable: true }),
  );
}

/**
 * Where what a consumer takes waits for it: on the disks of most servers of a cluster, in order, and given to
 * one process at a time, while the others of the same context stand by.
 */
export async function assertQueue(
  channel: AmqpChannel,
  { queue, exchange, contracts, isUnlimited }: QueueDefinition,
): Promise<void> {
  const queueArguments = {
    'x-queue-type': 'quorum',
    'x-single-active-consumer': true,
    ...(isUnlimited ? UNLIMITED : {}),
  };
  await declared(`queue "${queue}"`, () =>
    channel.assertQueue(queue, { durable: true, arguments: queueArguments }),
  );
  for (const contract of contracts) await channel.bindQueue(queue, exchange, contract);
}

export interface QueueDefinition {
  readonly queue: string;
  readonly exchange: string;
  readonly contracts: readonly string[];
  /** Whether it says itself that no message is dropped, however often it came back. */
  readonly isUnlimited: boolean;
}

/** From 4 on a message that came back 20 times is dropped, unless one says so. Before it cannot be said. */
const UNLIMITED = { 'x-delivery-limit': -1 };

/** What the server answers when there is one that is defined otherwise. */
const PRECONDITION_FAILED = 406;
/** And of a queue that was made before it could be said. */
const LIMITED = /inequivalent arg 'x-delivery-limit'.*current is none/;

async function declared(what: string, declare: () => Promise<unknown>): Promise<void> {
  try {
    await declare();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== PRECONDITION_FAILED) throw error;
    if (LIMITED.test((error as Error).message)) throw new RabbitmqDeliveryLimitError(what, error);
    throw new RabbitmqDefinitionError(what, error);
  }
}

/** An exchange or queue is there already, and is defined otherwise than it must be. Nothing was changed. */
export class RabbitmqDefinitionError extends Error {
  override readonly name = 'RabbitmqDefinitionError';
  readonly code = 'rabbitmq-definition';
  readonly retryable = false;
  readonly what: string;

  constructor(what: string, cause: unknown) {
    super(
      `The ${what} on RabbitMQ is defined otherwise: ${(cause as Error).message}. Somebody else made it, ` +
        'so it is left as it is: remove it, or give the backbone another prefix or other names: ' +
        'rabbitmq({ url, prefix, names }).',
      { cause },
    );
    this.what = what;
  }
}

/**
 * A queue was made while the server was older than 4. On 4 it drops a message that came back 20 times, so nothing
 * is handed over or taken in by it until a policy says otherwise.
 */
export class RabbitmqDeliveryLimitError extends Error {
  override readonly name = 'RabbitmqDeliveryLimitError';
  readonly code = 'rabbitmq-delivery-limit';
  readonly retryable = false;
  readonly what: string;

  constructor(what: string, cause: unknown) {
    super(
      `The ${what} was made before RabbitMQ 4, and would lose messages there: one that came back 20 times is ` +
        `dropped. Run rabbitmqctl set_policy unlimited '^thereupon\\.' '{"delivery-limit": -1}' --apply-to ` +
        `quorum_queues, with the names of your queues, and then say rabbitmq({ deliveryLimit: 'policy' }).`,
      { cause },
    );
    this.what = what;
  }
}

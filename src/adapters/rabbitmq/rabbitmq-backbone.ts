import {
  asUnavailable,
  type Backbone,
  type BackboneUnavailableError,
  type Consumer,
  type Inlet,
  isForGood,
  type Listener,
  type Outlet,
  type Surroundings,
} from '../../backbone/backbone.ts';
import type { AmqpChannel, AmqpConfirmChannel, AmqpConnection } from './amqp-client.ts';
import { ConfirmedOutlet } from './confirmed-outlet.ts';
import {
  assertExchange,
  assertQueue,
  type QueueDefinition,
  RabbitmqDeliveryLimitError,
} from './definitions.ts';
import { namesWith, type RabbitmqNames } from './names.ts';
import { QueueInlet } from './queue-inlet.ts';
import { ServerConnection } from './server-connection.ts';

/** How a backbone on RabbitMQ is made. */
export interface RabbitmqOptions {
  /** An address, such as `amqp://user:password@localhost:5672/vhost`. Default: `amqp://localhost`. */
  readonly url?: string;
  /**
   * What makes a connection by `connect` of `amqplib`: it is called when one is first wanted, for each of the two
   * directions, after each that has closed, and for a look whether the server is there, and must make another one each
   * time. What it has made is closed at the end. Or a connection of yours, which is left open: when that has closed,
   * nothing goes on (`RabbitmqConnectionClosedError`), and both directions go by it, so during an alarm of the server
   * taking in waits, too, as does `stop`. Default: two of our own.
   */
  readonly connection?: AmqpConnection | (() => Promise<AmqpConnection>);
  /** What the names of exchanges and queues begin with. Default `thereupon`. */
  readonly prefix?: string;
  /**
   * Names of your own for exchanges and queues, made of the names of the contexts. It is the same in all
   * processes. What is left out begins with the prefix. Default: nothing.
   */
  readonly names?: Partial<RabbitmqNames>;
  /** So long a confirmation is waited for, in milliseconds. Default 10,000. */
  readonly confirmWithinMs?: number;
  /**
   * RabbitMQ 4 drops a message that came back 20 times, unless its queue says otherwise. With `'queue'` those that are
   * made on 4 do, and those that were made on 3 are refused there (`RabbitmqDeliveryLimitError`). With `'policy'` they
   * are used, as a policy of yours sets their `delivery-limit` to -1. Default `'queue'`.
   */
  readonly deliveryLimit?: 'queue' | 'policy';
  /** Goes to `connect` of `amqplib`: `ca`, `cert`, `key`, `credentials` … Default: nothing. */
  readonly socketOptions?: object;
}

const OLDEST = 3;
/** From this version on a queue can say that it has no limit. */
const LIMITING = 4;
const CONFIRM_WITHIN_MS = 10_000;

/**
 * RabbitMQ as the backbone: each publishing context has an exchange, and each context that listens to
 * it a quorum queue, bound by the names of its contracts. What a context listens to waits there while
 * it is away. What was published before its queue was made does not come; whoever publishes first makes
 * those of all contexts that the map knows.
 *
 * @param where an address such as `amqp://localhost`, or options
 * @throws {RabbitmqClientMissingError} at the start, when the client is not installed
 * @throws {RabbitmqDefinitionError} when an exchange or queue is there that is defined otherwise
 * @throws {RabbitmqDeliveryLimitError} when a queue was made on RabbitMQ 3, and the server is a newer one by now
 * @throws {RabbitmqNameError} at the start, when a name cannot be, or two queues have the same one
 * @example
 * const app = await run([ordering, billing], {
 *   store: sqlite('./data'),
 *   backbone: rabbitmq({
 *     url: 'amqp://localhost',
 *     names: { queue: (publisher, consumer) => `${consumer}.in.${publisher}` },
 *   }),
 * });
 */
export function rabbitmq(where: string | RabbitmqOptions): Backbone {
  return new RabbitmqBackbone(typeof where === 'string' ? { url: where } : where);
}

class RabbitmqBackbone implements Backbone {
  readonly name = 'rabbitmq';
  readonly capabilities = {
    order: 'key',
    replay: false,
    confirmed: 'synced',
    bytesMax: 16_777_216,
  } as const;
  readonly #names: RabbitmqNames;
  readonly #confirmWithinMs: number;
  readonly #isLimitByPolicy: boolean;
  /** Where messages come from. */
  readonly #incoming: ServerConnection;
  /** A server that is short of memory reads nothing of a connection that publishes, no acknowledgements either. */
  readonly #outgoing: ServerConnection;
  /** By publisher: those that take from it here. */
  readonly #inlets = new Map<string, Set<QueueInlet>>();
  readonly #outlets = new Set<ConfirmedOutlet>();
  #surroundings: Surroundings | undefined;

  constructor(options: RabbitmqOptions) {
    const { url = 'amqp://localhost', connection, socketOptions = {} } = options;
    this.#names = namesWith(options.prefix ?? 'thereupon', options.names);
    this.#confirmWithinMs = options.confirmWithinMs ?? CONFIRM_WITHIN_MS;
    this.#isLimitByPolicy = options.deliveryLimit === 'policy';
    const own = (): ServerConnection => new ServerConnection({ url, connection, socketOptions });
    this.#incoming = own();
    this.#outgoing = typeof connection === 'object' ? this.#incoming : own();
  }

  async start(surroundings: Surroundings): Promise<void> {
    this.#assertNames(surroundings);
    await Promise.all([this.#incoming.load(), this.#outgoing.load()]);
    this.#surroundings = surroundings;
  }

  async outlet(publisher: string): Promise<Outlet> {
    const outlet: ConfirmedOutlet = new ConfirmedOutlet({
      exchange: this.#names.exchange(publisher),
      clock: this.#started().clock,
      confirmWithinMs: this.#confirmWithinMs,
      open: () =>
        this.#reach(this.#outgoing, (connection) => this.#confirming(connection, publisher)),
      blockedWhy: () => this.#outgoing.blockedWhy,
      heard: new Set(this.#listeners(publisher).flatMap(({ contracts }) => contracts)),
      onPublished: () => {
        for (const inlet of this.#inlets.get(publisher) ?? []) inlet.look();
      },
    });
    this.#outlets.add(outlet);
    return outlet;
  }

  async inlet({ consumer, source, contracts }: Consumer): Promise<Inlet> {
    const { clock } = this.#started();
    const queue = this.#names.queue(source, consumer);
    const exchange = this.#names.exchange(source);
    const open = (): Promise<AmqpChannel> =>
      this.#reach(this.#incoming, async (connection) =>
        opened(await connection.createChannel(), (made) =>
          this.#declare(connection, made, source, [{ consumer, source, contracts }]),
        ),
      );
    const ofSource = this.#inletsOf(source);
    const wanted = new Set(contracts);
    const onClosed = (): void => void ofSource.delete(inlet);
    const parts = { open, queue, exchange, source, contracts: wanted, clock, onClosed };
    const inlet: QueueInlet = await this.#reach(this.#incoming, () => QueueInlet.open(parts));
    ofSource.add(inlet);
    return inlet;
  }

  async probe(): Promise<void> {
    try {
      await this.#incoming.probe();
    } catch (error) {
      throw isForGood(error) ? error : this.#unavailable(error);
    }
  }

  async close(): Promise<void> {
    this.#surroundings = undefined;
    const inlets = [...this.#inlets.values()].flatMap((each) => [...each]);
    await Promise.all([...inlets, ...this.#outlets].map((each) => each.close()));
    this.#outlets.clear();
    await Promise.all([this.#incoming.close(), this.#outgoing.close()]);
  }

  /** Those of the whole map, before anything is made by them. */
  #assertNames({ publishers = [], listeners }: Surroundings): void {
    for (const publisher of publishers) {
      this.#names.exchange(publisher);
      for (const { consumer } of listeners?.(publisher) ?? [])
        this.#names.queue(publisher, consumer);
    }
  }

  #inletsOf(publisher: string): Set<QueueInlet> {
    const known = this.#inlets.get(publisher) ?? new Set<QueueInlet>();
    this.#inlets.set(publisher, known);
    return known;
  }

  async #confirming(connection: AmqpConnection, publisher: string): Promise<AmqpConfirmChannel> {
    return opened(await connection.createConfirmChannel(), (made) =>
      this.#declare(connection, made, publisher, this.#listeners(publisher)),
    );
  }

  #listeners(publisher: string): readonly Listener[] {
    return this.#started().listeners?.(publisher) ?? [];
  }

  async #declare(
    connection: AmqpConnection,
    channel: AmqpChannel,
    publisher: string,
    listeners: readonly Listener[],
  ): Promise<void> {
    const exchange = this.#names.exchange(publisher);
    const canBeUnlimited = versionOf(connection) >= LIMITING;
    await assertExchange(channel, exchange);
    for (const { consumer, contracts } of listeners) {
      const asked = { queue: this.#names.queue(publisher, consumer), exchange, contracts: [] };
      const isUnlimited =
        canBeUnlimited && !(this.#isLimitByPolicy && (await isLimited(connection, asked)));
      await assertQueue(channel, { ...asked, contracts, isUnlimited });
    }
  }

  #started(): Surroundings {
    if (this.#surroundings === undefined) throw this.#unavailable('it was not started');
    return this.#surroundings;
  }

  async #reach<T>(
    server: ServerConnection,
    ask: (connection: AmqpConnection) => Promise<T>,
  ): Promise<T> {
    this.#started();
    try {
      return await server.ask(ask);
    } catch (error) {
      throw isForGood(error) ? error : this.#unavailable(error);
    }
  }

  #unavailable(cause: unknown): BackboneUnavailableError {
    return asUnavailable(this.name, cause);
  }
}

/** A channel, made ready; closed again when that failed. */
async function opened<Channel extends AmqpChannel>(
  channel: Channel,
  prepare: (channel: Channel) => Promise<void>,
): Promise<Channel> {
  // Whoever is in the middle of something is told by that; unheard, it would end the process.
  channel.on('error', () => undefined);
  try {
    await prepare(channel);
    return channel;
  } catch (error) {
    await channel.close().catch(() => undefined);
    throw error;
  }
}

/** Whether a queue was made before it could be said that it has no limit. A refusal ends its channel. */
async function isLimited(
  connection: AmqpConnection,
  queue: Omit<QueueDefinition, 'isUnlimited'>,
): Promise<boolean> {
  try {
    const channel = await opened(await connection.createChannel(), (made) =>
      assertQueue(made, { ...queue, isUnlimited: true }),
    );
    await channel.close();
    return false;
  } catch (error) {
    if (error instanceof RabbitmqDeliveryLimitError) return true;
    throw error;
  }
}

/** Of the server, the first number. */
function versionOf({ connection }: AmqpConnection): number {
  const { version } = connection.serverProperties;
  return typeof version === 'string' ? Number.parseInt(version, 10) : OLDEST;
}

import { type AmqpConnect, type AmqpConnection, loadConnect } from './amqp-client.ts';

/** A dead connection is noticed within twice this time. */
const HEARTBEAT_S = 10;

/** The connection to the server: made when it is first wanted, and anew after it broke. */
export class ServerConnection {
  readonly #url: string;
  readonly #socketOptions: object;
  readonly #isOwn: boolean;
  #connect: AmqpConnect | undefined;
  #connecting: Promise<AmqpConnection> | undefined;

  constructor(options: {
    readonly url: string;
    readonly socketOptions: object;
    /** One of the application, which is left open. */
    readonly connection?: AmqpConnection | undefined;
  }) {
    this.#url = withHeartbeat(options.url);
    this.#socketOptions = options.socketOptions;
    this.#isOwn = options.connection === undefined;
    if (options.connection !== undefined) {
      this.#watch(options.connection);
      this.#connecting = Promise.resolve(options.connection);
    }
  }

  /** @throws {RabbitmqClientMissingError} */
  async load(): Promise<void> {
    if (this.#isOwn) this.#connect = await loadConnect();
  }

  async reach(): Promise<AmqpConnection> {
    const connecting = (this.#connecting ??= this.#begin());
    try {
      return await connecting;
    } catch (error) {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw error;
    }
  }

  /** Whether the server can be reached: over a connection, or a channel of yours, that is made for it alone. */
  async probe(): Promise<void> {
    if (!this.#isOwn) return (await (await this.reach()).createChannel()).close();
    const connection = await this.#open(await loadConnect());
    connection.on('error', () => undefined);
    await connection.close();
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    const connection = await connecting?.catch(() => undefined);
    // It may have broken just now.
    if (this.#isOwn) await connection?.close().catch(() => undefined);
  }

  async #begin(): Promise<AmqpConnection> {
    const connection = await this.#open(this.#connect as AmqpConnect);
    this.#watch(connection);
    return connection;
  }

  #open(connect: AmqpConnect): Promise<AmqpConnection> {
    const clientProperties = { connection_name: 'thereupon' };
    // Small packets wait for no others: a confirmation would come 40 ms later.
    const options = { noDelay: true, clientProperties, ...this.#socketOptions };
    return connect(this.#url, options);
  }

  #watch(connection: AmqpConnection): void {
    // Told by 'close' as well, which comes after it.
    connection.on('error', () => undefined);
    connection.on('close', () => (this.#connecting = undefined));
  }
}

function withHeartbeat(url: string): string {
  if (url === '' || /[?&]heartbeat=/.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}heartbeat=${HEARTBEAT_S}`;
}

import { type AmqpConnection, loadConnect } from './amqp-client.ts';

/** A dead connection is noticed within twice this time. */
const HEARTBEAT_S = 10;

/** How the server is connected to. */
export interface ServerOptions {
  readonly url: string;
  readonly socketOptions: object;
  /** One of the application, which is left open; or what makes those that are wanted, which are closed. */
  readonly connection?: AmqpConnection | (() => Promise<AmqpConnection>) | undefined;
}

/** The connection to the server: made when it is first wanted, and anew after it broke. */
export class ServerConnection {
  readonly #options: ServerOptions;
  readonly #make: () => Promise<AmqpConnection>;
  /** One of the application, which nothing here can make anew. */
  readonly #given: AmqpConnection | undefined;
  #isGivenClosed = false;
  #connecting: Promise<AmqpConnection> | undefined;
  #blockedWhy: string | undefined;

  constructor(options: ServerOptions) {
    const { connection } = options;
    this.#options = options;
    this.#make = typeof connection === 'function' ? connection : () => connect(options);
    this.#given = typeof connection === 'function' ? undefined : connection;
    if (this.#given !== undefined) this.#watch(this.#given, () => (this.#isGivenClosed = true));
  }

  /** @throws {RabbitmqClientMissingError} */
  async load(): Promise<void> {
    if (this.#options.connection === undefined) await loadConnect();
  }

  /**
   * Asks something by the connection. One that proves to be closed is let go, whether or not it has said so.
   *
   * @throws {RabbitmqConnectionClosedError}
   */
  async ask<T>(work: (connection: AmqpConnection) => Promise<T>): Promise<T> {
    const connecting = (this.#connecting ??= this.#begin());
    try {
      return await work(await connecting);
    } catch (error) {
      if (!isConnectionClosed(error)) throw error;
      this.#forget(connecting);
      throw this.#given === undefined ? error : new RabbitmqConnectionClosedError(error);
    }
  }

  /** Why the server reads nothing of it now, if it does not: it is short of memory, or of room on its disk. */
  get blockedWhy(): string | undefined {
    return this.#blockedWhy;
  }

  /** Whether the server can be reached: over a connection, or a channel of yours, that is made for it alone. */
  async probe(): Promise<void> {
    if (this.#given !== undefined)
      return this.ask(async (given) => (await given.createChannel()).close());
    const connection = await this.#make();
    connection.on('error', () => undefined);
    await connection.close();
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    const connection = await connecting?.catch(() => undefined);
    // It may have broken just now.
    if (this.#given === undefined) await connection?.close().catch(() => undefined);
  }

  #begin(): Promise<AmqpConnection> {
    const connecting = this.#next();
    connecting.then(
      (connection) => {
        if (this.#given === undefined) this.#watch(connection, () => this.#forget(connecting));
      },
      () => this.#forget(connecting),
    );
    return connecting;
  }

  async #next(): Promise<AmqpConnection> {
    if (this.#given === undefined) return this.#make();
    if (this.#isGivenClosed) throw new RabbitmqConnectionClosedError();
    return this.#given;
  }

  #watch(connection: AmqpConnection, onClosed: () => void): void {
    // Told by 'close' as well, which comes after it.
    connection.on('error', () => undefined);
    connection.on('close', () => {
      this.#blockedWhy = undefined;
      onClosed();
    });
    connection.on('blocked', (reason) => (this.#blockedWhy = reason));
    connection.on('unblocked', () => (this.#blockedWhy = undefined));
  }

  /** There may be another one by now, which is left alone. */
  #forget(connecting: Promise<AmqpConnection>): void {
    if (this.#connecting === connecting) this.#connecting = undefined;
  }
}

async function connect({ url, socketOptions }: ServerOptions): Promise<AmqpConnection> {
  const connectTo = await loadConnect();
  const clientProperties = { connection_name: 'thereupon' };
  // Small packets wait for no others: a confirmation would come 40 ms later.
  const options = { noDelay: true, clientProperties, ...socketOptions };
  return connectTo(withHeartbeat(url), options);
}

function withHeartbeat(url: string): string {
  if (url === '' || /[?&]heartbeat=/.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}heartbeat=${HEARTBEAT_S}`;
}

/** What the client says to whoever asks for something by a connection that is closed, or about to be. */
function isConnectionClosed(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'IllegalOperationError' &&
    error.message.startsWith('Connection clos')
  );
}

/** A connection of the application is closed, and nothing here can make another one. Nothing is lost. */
export class RabbitmqConnectionClosedError extends Error {
  override readonly name = 'RabbitmqConnectionClosedError';
  readonly code = 'rabbitmq-connection-closed';
  readonly retryable = false;

  constructor(cause?: unknown) {
    super(
      'The connection that you gave to rabbitmq({ connection }) is closed, and no other one can be made ' +
        'from it. Nothing is lost: messages wait in the outbox. Give a function that makes one, which is called ' +
        'again after each close: rabbitmq({ connection: () => connect(url) }).',
      { cause },
    );
  }
}

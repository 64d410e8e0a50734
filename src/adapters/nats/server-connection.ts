import { type ConnectTo, connectTo } from './credentials.ts';
import {
  loadClient,
  type NatsClient,
  type NatsConnection,
  type NatsPackages,
} from './nats-client.ts';
import type { Names } from './names.ts';
import { NatsOptionError } from './nats-option-error.ts';
import { publisherStream } from './publisher-stream.ts';
import type { Reached } from './reached.ts';
import { assertStreamSettings, type NatsStreamSettings } from './stream-settings.ts';

/**
 * Of a cluster, the server that was to answer may be gone, and the one that has taken its place must be
 * asked again.
 */
const ANSWER_MS = 2_000;

/** How the server is connected to; what is not ours goes to the client as it is. */
export interface ServerOptions {
  readonly servers?: string | readonly string[];
  /** One of the application, which is left open; or what makes those that are wanted, which are closed. */
  readonly connection?: NatsConnection | (() => Promise<NatsConnection>);
  readonly client?: NatsPackages;
  readonly replicas?: number;
  readonly streamSettings?: NatsStreamSettings;
  readonly [option: string]: unknown;
}

/**
 * The connection to the server: made when it is first wanted, and anew after it broke. Streams are looked
 * for once in its life.
 */
export class ServerConnection {
  readonly #names: Names;
  readonly #options: ServerOptions;
  readonly #to: ConnectTo;
  /** The publishers whose streams are there, as long as the connection lasts. */
  readonly #there = new Map<string, Promise<unknown>>();
  #client: NatsClient | undefined;
  #connecting: Promise<Reached> | undefined;

  /** @throws {NatsOptionError} */
  constructor(names: Names, options: ServerOptions) {
    this.#names = names;
    this.#options = options;
    this.#to = connectTo(options);
    assertClient(options);
    assertStreamSettings(options.streamSettings ?? {});
  }

  /** @throws {NatsClientMissingError} */
  async load(): Promise<void> {
    this.#client = await this.#packages();
  }

  /** A connection, with the stream of a publisher there. */
  async reach(publisher: string): Promise<Reached> {
    const connecting = (this.#connecting ??= this.#begin());
    try {
      const reached = await connecting;
      await this.#makeStream(reached, publisher);
      return reached;
    } catch (error) {
      if (!(await isOpen(connecting))) this.#forget(connecting);
      throw error;
    }
  }

  /** Whether a server can be reached that has JetStream: over a connection that is made for it alone. */
  async probe(): Promise<void> {
    const client = await this.#packages();
    const connection = await this.#next(client);
    try {
      await client.jetstreamManager(connection, { checkAPI: true, timeout: ANSWER_MS });
    } finally {
      if (!this.#isGiven) await connection.close();
    }
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#forget(connecting);
    const reached = await connecting?.catch(() => undefined);
    if (!this.#isGiven) await reached?.connection.close();
  }

  async #packages(): Promise<NatsClient> {
    return (this.#options.client as NatsClient | undefined) ?? (await loadClient());
  }

  /** Whether it is one of the application, which nothing here can make anew. */
  get #isGiven(): boolean {
    return typeof this.#options.connection === 'object';
  }

  #begin(): Promise<Reached> {
    const connecting = this.#connect();
    const closed = connecting.then(({ connection }) => connection.closed());
    closed.then(
      () => this.#forget(connecting),
      () => undefined,
    );
    return connecting;
  }

  async #connect(): Promise<Reached> {
    const client = this.#client as NatsClient;
    const connection = await this.#next(client);
    const manager = await client.jetstreamManager(connection, {
      checkAPI: false,
      timeout: ANSWER_MS,
    });
    return { connection, manager, jetstream: client.jetstream(connection), client };
  }

  async #next(client: NatsClient): Promise<NatsConnection> {
    const { connection } = this.#options;
    if (connection === undefined) return client.connect(this.#connectOptions());
    if (typeof connection === 'function') return connection();
    if (connection.isClosed()) throw new NatsConnectionClosedError();
    return connection;
  }

  #connectOptions(): object {
    const { connection: _, client: __, servers: ___, ...rest } = this.#options;
    const { replicas: ____, streamSettings: _____, ...options } = rest;
    // Everything that is under way fails when it breaks, and whoever comes next has a new one.
    // A stack for each question, in case it fails, takes a third of the time of handing over.
    return { name: 'thereupon', noAsyncTraces: true, ...this.#to, ...options, reconnect: false };
  }

  async #makeStream({ manager }: Reached, publisher: string): Promise<void> {
    const known = this.#there.get(publisher);
    if (known !== undefined) return void (await known);
    const { replicas = 1, streamSettings: settings = {} } = this.#options;
    const names = this.#names;
    const making = publisherStream(manager, { publisher, names, replicas, settings });
    this.#there.set(publisher, making);
    try {
      await making;
    } catch (error) {
      this.#there.delete(publisher);
      throw error;
    }
  }

  /** There may be another one by now, which is left alone. */
  #forget(connecting: Promise<Reached> | undefined): void {
    if (this.#connecting !== connecting) return;
    this.#connecting = undefined;
    this.#there.clear();
  }
}

async function isOpen(connecting: Promise<Reached>): Promise<boolean> {
  try {
    return !(await connecting).connection.isClosed();
  } catch {
    return false;
  }
}

/** A package that is not there is told at once, and not when it is first needed. */
function assertClient({ client, connection }: ServerOptions): void {
  if (client === undefined) return;
  const calls = ['headers', 'createInbox', 'jetstream', 'jetstreamManager'] as const;
  const needed = connection === undefined ? ([...calls, 'connect'] as const) : calls;
  const missing = needed.find((name) => typeof client[name] !== 'function');
  if (missing === undefined) return;
  const problem =
    missing === 'connect'
      ? 'has no "connect", so that nothing makes a connection. Add that of a transport, such as ' +
        '{ ...core, ...jetstream, connect: core.wsconnect }, or give "connection".'
      : `has no "${missing}". Give all that is in the packages: { ...core, ...jetstream }, of ` +
        '@nats-io/nats-core and @nats-io/jetstream.';
  throw new NatsOptionError('client', problem);
}

/** A connection of the application is closed for good, and nothing here can make another one. Nothing is lost. */
export class NatsConnectionClosedError extends Error {
  override readonly name = 'NatsConnectionClosedError';
  readonly code = 'nats-connection-closed';
  readonly retryable = false;

  constructor() {
    super(
      'The connection that you gave to nats({ connection }) is closed, and no other one can be made from it. ' +
        'Nothing is lost: messages wait in the outbox. Give a function that makes one, which is called again ' +
        'after each close: nats({ connection: () => connect({ servers }) }).',
    );
  }
}

/**
 * What we need of the client `pg`: the few calls, so that a fork or a wrapped pool does as well.
 */

/** A pool of connections, as `new pg.Pool(…)` makes it. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

/** One connection, out of a pool or by itself. */
export interface PostgresClient {
  /** The number of the process that serves it, as it was told when it connected. */
  readonly processID?: number | null | undefined;
  query(query: ClientQuery | string): Promise<{ readonly rows: readonly unknown[] }>;
  release(error?: Error | boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (notification: Notification) => void): unknown;
  off(event: 'notification', listener: (notification: Notification) => void): unknown;
}

/** A query as `pg` takes it. */
export interface ClientQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared once on each connection under this name. */
  readonly name?: string;
  readonly rowMode?: 'array';
  readonly types?: { getTypeParser(oid: number): (text: string) => unknown };
}

export interface Notification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** How a pool of our own is made. */
export interface PoolConfiguration {
  readonly connectionString: string;
  readonly max: number;
  readonly application_name: string;
  readonly idleTimeoutMillis: number;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
}

/**
 * Loads `pg` and makes a pool. It is loaded only now, so that nobody has it who does not use it.
 *
 * @throws {PostgresClientMissingError} when it is not installed.
 */
export async function makePool(configuration: PoolConfiguration): Promise<PostgresPool> {
  let module: { default: { Pool: new (configuration: PoolConfiguration) => unknown } };
  try {
    // Behind a name that the compiler does not follow: the package is an optional peer.
    const name: string = 'pg';
    module = (await import(name)) as typeof module;
  } catch (error) {
    throw new PostgresClientMissingError(error);
  }
  return new module.default.Pool(configuration) as PostgresPool;
}

/** The package `pg` is not installed. */
export class PostgresClientMissingError extends Error {
  override readonly name = 'PostgresClientMissingError';
  readonly code = 'postgres-client-missing';
  readonly retryable = false;

  constructor(cause: unknown) {
    super(
      'PostgreSQL is reached by the package "pg", which could not be loaded. Run npm install pg, ' +
        'or give a pool of your own: postgres({ pool }).',
      { cause },
    );
  }
}

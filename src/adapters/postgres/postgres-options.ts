import type { Host } from '../../host/host.ts';
import { assertKnown, assertOption, assertWholeNumber } from './option-checks.ts';
import type { PostgresPool } from './postgres-client.ts';
import { assertRetention, type RetentionOptions } from './retention-options.ts';

/** How the PostgreSQL store reaches its server. */
export interface PostgresOptions {
  /** A pool of yours, of the package `pg`; it is left open. Default: one of our own. */
  readonly pool?: PostgresPool;
  /** So many connections at most in a pool of our own. Default 10, at least 3. */
  readonly connectionsMax?: number;
  /**
   * How long a connection may take to be made, and how long is waited for one while the server has
   * none left or is still starting. Default 5,000 ms.
   */
  readonly connectionTimeoutMs?: number;
  /**
   * A connection string that goes past the pooler which the other one leads to, for the one
   * connection that stays open: it hears at once what other processes commit, and shows that this
   * one lives. Without it a process behind a pooler looks by itself, ever later up to a second.
   */
  readonly directUrl?: string;
  /**
   * Whether statements are prepared under names. Default true, and false behind a pooler that gives
   * each transaction another connection, which is recognised.
   */
  readonly namedStatements?: boolean;
  /**
   * Who of several processes of a context does not say for so long that it lives is taken for dead,
   * and others take over its work. Default 10,000 ms; at least 1,000.
   */
  readonly leaseMs?: number;
  /**
   * Whether opening a log brings its tables to the newest format: at-start (default), or never: then
   * somebody with the rights to change tables runs `thereupon migrate`, and a start refuses before.
   */
  readonly migrate?: 'at-start' | 'never';
  /** For how long messages stay in the logs. Default: for ever. Facts and timers always do. */
  readonly retention?: RetentionOptions;
  /** How long `transaction` may take before it is rolled back. Default 5,000 ms. */
  readonly transactionTimeoutMs?: number;
  /** Time and ids; the machine's own by default. */
  readonly host?: Partial<Host>;
}

/**
 * Looks at what the store is configured with.
 *
 * @throws {TypeError} naming the option, and what it may be.
 */
export function assertOptions(url: string | undefined, options: PostgresOptions): void {
  assertKnown('postgres()', options, Object.keys(KNOWN));
  const { pool, migrate = 'at-start', retention } = options;
  assertWholeNumber('connectionsMax', options.connectionsMax, CONNECTIONS_MIN);
  assertWholeNumber('connectionTimeoutMs', options.connectionTimeoutMs, 1);
  assertWholeNumber('leaseMs', options.leaseMs, LEASE_MS_MIN);
  assertWholeNumber('transactionTimeoutMs', options.transactionTimeoutMs, 1);
  assertOption(
    migrate === 'at-start' || migrate === 'never',
    `migrate of postgres() is 'at-start' or 'never', not ${JSON.stringify(migrate)}.`,
  );
  const isReachable = url !== undefined || pool !== undefined;
  assertOption(isReachable, 'postgres() takes a connection string, or { pool }.');
  assertUrl('the connection string', url);
  assertUrl('directUrl', options.directUrl);
  if (pool !== undefined) assertPool(pool);
  if (retention !== undefined) assertRetention(retention);
}

/** One listens, one holds a transaction, one asks. */
const CONNECTIONS_MIN = 3;

/** A shorter lease than this would be over before anybody could beat. */
const LEASE_MS_MIN = 1_000;

/** In the order in which they are told. */
const KNOWN: Readonly<Record<keyof PostgresOptions, true>> = {
  pool: true,
  connectionsMax: true,
  connectionTimeoutMs: true,
  directUrl: true,
  namedStatements: true,
  leaseMs: true,
  migrate: true,
  retention: true,
  transactionTimeoutMs: true,
  host: true,
};

function assertUrl(what: string, url: string | undefined): void {
  // A path is the folder of a socket, as the client takes it.
  const isUrl = url === undefined || /^(postgres(ql)?:\/\/|socket:|\/)/.test(url);
  // Not repeated: whatever it is, it may have a password in it.
  const example = 'such as postgres://localhost/shop';
  assertOption(isUrl, `In postgres(), ${what} begins with postgres://, ${example}.`);
}

/** As pools of `pg` tell their size; others may not. */
function assertPool(pool: object): void {
  const { options } = pool as { readonly options?: { readonly max?: unknown } };
  const max = options?.max;
  assertOption(
    typeof max !== 'number' || max >= CONNECTIONS_MIN,
    `The pool given to postgres() has at most ${String(max)} connections. It needs ` +
      `${CONNECTIONS_MIN}: one listens, one holds a transaction, one asks.`,
  );
}

import { assertKnown, assertOption, assertWholeNumber } from './option-checks.ts';
import type { PostgresOptions } from './postgres-store.ts';
import { assertRetention } from './retention-options.ts';

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

/**
 * What can go wrong with a server, each as an error that says what to do next. `translate` makes
 * them of what `pg` reports; whatever it does not know it hands back as it came.
 */

/** The server cannot be reached, is starting or stopping, or has cut the connection. */
export class StoreUnreachableError extends Error {
  override readonly name = 'StoreUnreachableError';
  readonly code = 'store-unreachable';
  readonly retryable = true;

  constructor(cause: Error) {
    super(
      `PostgreSQL cannot be reached: ${cause.message}. Look whether the server runs and takes ` +
        'connections. An application that runs goes on by itself once it does.',
      { cause },
    );
  }
}

/** The server takes no changes: a standby, or read-only by its settings. */
export class ServerReadOnlyError extends Error {
  override readonly name = 'ServerReadOnlyError';
  readonly code = 'server-read-only';
  readonly retryable = true;

  constructor(cause: Error) {
    super(
      `PostgreSQL takes no changes: ${cause.message}. Connect to the primary server ` +
        '(target_session_attrs=read-write), or look at default_transaction_read_only.',
      { cause },
    );
  }
}

/** The server has no room. Nothing of this commit was written; goes on once there is some. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
  readonly code = 'store-full';
  readonly retryable = true;

  constructor(cause: Error) {
    super(
      `PostgreSQL has no room: ${cause.message}. Nothing was changed. Make room on the server's ` +
        'disk; an application that runs then goes on by itself.',
      { cause },
    );
  }
}

/** The server has no connection, memory or lock left. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
  readonly code = 'store-busy';
  readonly retryable = true;

  constructor(cause: Error) {
    super(
      `PostgreSQL is at its limits: ${cause.message}. Look at max_connections and at who holds ` +
        'connections (pg_stat_activity); it is tried again.',
      { cause },
    );
  }
}

/** User, password, database or certificate are not accepted. */
export class StoreAccessError extends Error {
  override readonly name = 'StoreAccessError';
  readonly code = 'store-access';
  readonly retryable = false;

  constructor(cause: Error) {
    super(`PostgreSQL refuses the connection: ${refusal(cause)}`, { cause });
  }
}

/** What was refused, and where to look. */
function refusal(cause: Error): string {
  if (codeOf(cause) === '3D000')
    return `${cause.message}. Make it (createdb), or mend its name in the connection string.`;
  // pg tells of its conversation with the server instead.
  const isWithoutPassword = /password must be a (non-empty )?string/.test(cause.message);
  const said = isWithoutPassword ? 'it wants a password, and none was given' : cause.message;
  return (
    `${said}. Look at user, password, database and TLS in the connection string, and at ` +
    'pg_hba.conf of the server.'
  );
}

/** The user may connect, and may not do this. */
export class StoreRightsError extends Error {
  override readonly name = 'StoreRightsError';
  readonly code = 'store-rights';
  readonly retryable = false;

  constructor(cause: Error) {
    super(
      `PostgreSQL does not allow it: ${cause.message}. Give this user the rights that ` +
        'docs/postgres.md names ("Rights"), or let one who has them run thereupon migrate, where ' +
        'tables are missing.',
      { cause },
    );
  }
}

/** A statement was ended by a limit of time that is set on the server or the connection. */
export class StoreTimeoutError extends Error {
  override readonly name = 'StoreTimeoutError';
  readonly code = 'store-timeout';
  readonly retryable = true;

  constructor(cause: Error) {
    super(
      `PostgreSQL ended a statement: ${cause.message}. Nothing was changed by it. Look at ` +
        'statement_timeout, lock_timeout and idle_in_transaction_session_timeout, and at who holds locks.',
      { cause },
    );
  }
}

/** Two transactions stood in each other's way, and this one gave way. Nothing of it was changed. */
export class StoreContendedError extends Error {
  override readonly name = 'StoreContendedError';
  readonly code = 'store-contended';
  readonly retryable = true;

  constructor(cause: Error) {
    super(
      `PostgreSQL ended a transaction in favour of another one: ${cause.message}. Nothing was ` +
        'changed by it; do it again as it was. In work of your own, change rows in one order ' +
        'everywhere.',
      { cause },
    );
  }
}

/** PostgreSQL keeps no U+0000 in its texts. Payloads may have it, names and keys may not. */
export class NotStorableError extends Error {
  override readonly name = 'NotStorableError';
  readonly code = 'not-storable';
  readonly retryable = false;

  constructor(cause: Error) {
    super(
      `PostgreSQL cannot keep this text: ${cause.message}. Names, keys and ids must not have the ` +
        'character U+0000 in them, nor half of a surrogate pair.',
      { cause },
    );
  }
}

/** The typed error for what was reported, or the error itself when it is about something else. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = codeOf(error);
  const make =
    code === undefined
      ? BY_MESSAGE.find(({ says }) => says.test(error.message))?.make
      : (BY_CODE[code] ?? (TLS.test(code) ? access : BY_CLASS[code.slice(0, 2)]));
  return make === undefined ? error : make(error);
}

/** The code that the server gave, of five letters; or that of the operating system. */
export function codeOf(error: unknown): string | undefined {
  const given = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (given as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

type Make = (error: Error) => Error;

const unreachable: Make = (error) => new StoreUnreachableError(error);
const access: Make = (error) => new StoreAccessError(error);
const timeout: Make = (error) => new StoreTimeoutError(error);
const contended: Make = (error) => new StoreContendedError(error);

/** What Node says of a certificate that it does not accept, or of a conversation that fails. */
const TLS =
  /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_)/;

const BY_CODE: Readonly<Record<string, Make | undefined>> = {
  ECONNREFUSED: unreachable,
  ECONNRESET: unreachable,
  EPIPE: unreachable,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ENOENT: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  // The server stops, has crashed, or still starts.
  '57P01': unreachable,
  '57P02': unreachable,
  '57P03': unreachable,
  '57P04': access,
  '57P05': unreachable,
  '57014': timeout,
  '55P03': timeout,
  '25P03': timeout,
  '25P04': timeout,
  '40001': contended,
  '40P01': contended,
  '25006': (error) => new ServerReadOnlyError(error),
  '3D000': access,
  '42501': (error) => new StoreRightsError(error),
  '53100': (error) => new StoreFullError(error),
  '22021': (error) => new NotStorableError(error),
  '22P05': (error) => new NotStorableError(error),
};

const BY_CLASS: Readonly<Record<string, Make | undefined>> = {
  '08': unreachable,
  '28': access,
  '53': (error) => new StoreBusyError(error),
};

/** What `pg` says without a code. */
const BY_MESSAGE: readonly { readonly says: RegExp; readonly make: Make }[] = [
  {
    says: /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/,
    make: unreachable,
  },
  {
    says: /^(SASL|SCRAM)|server does not support SSL|establishing an SSL connection/,
    make: access,
  },
];

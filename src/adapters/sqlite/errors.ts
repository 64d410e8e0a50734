/**
 * What can go wrong with a file, each as an error that says what to do next. `translate` makes them
 * of what SQLite reports; whatever it does not know it hands back as it came.
 */

/** Where it happened. */
export interface Where {
  readonly context: string;
  readonly path: string;
}

/** The file is damaged, or is not a log of this context. Nothing was written to it. */
export class LogCorruptError extends Error {
  override readonly name = 'LogCorruptError';
  readonly code = 'log-corrupt';
  readonly retryable = false;
  readonly context: string;
  readonly path: string;
  readonly reason: string;

  constructor(where: Where, reason: string, cause?: unknown) {
    super(
      `${where.path} cannot be used as the log of "${where.context}": ${reason}. Restore it from ` +
        'a backup. Do not just begin with an empty log: its neighbours know what it held; ' +
        'docs/backup.md says what to do when there is no backup.',
      { cause },
    );
    this.context = where.context;
    this.path = where.path;
    this.reason = reason;
  }
}

/** The log was written by a newer version of Thereupon. */
export class LogNewerError extends Error {
  override readonly name = 'LogNewerError';
  readonly code = 'log-newer';
  readonly retryable = false;
  readonly context: string;
  readonly path: string;
  readonly format: number;
  readonly knownFormat: number;

  constructor(where: Where, format: number, knownFormat: number) {
    super(
      `${where.path} has format ${format}, this version of thereupon knows up to ${knownFormat}. ` +
        'Run a version at least as new as the one that wrote it; going back needs a backup.',
    );
    this.context = where.context;
    this.path = where.path;
    this.format = format;
    this.knownFormat = knownFormat;
  }
}

/** The file or its directory cannot be written to. */
export class StoreReadOnlyError extends Error {
  override readonly name = 'StoreReadOnlyError';
  readonly code = 'store-read-only';
  readonly retryable = false;
  readonly context: string;
  readonly path: string;

  constructor(where: Where, cause?: unknown) {
    super(
      `${where.path} cannot be opened or written to. The process needs the right to read and ` +
        'write that file and to create files in its directory.',
      { cause },
    );
    this.context = where.context;
    this.path = where.path;
  }
}

/** The disk is full. Nothing of this commit was written; goes on once there is room. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
  readonly code = 'store-full';
  readonly retryable = true;
  readonly context: string;
  readonly path: string;

  constructor(where: Where, cause?: unknown) {
    super(
      `There is no room to write to ${where.path}. Nothing was changed. Make room on that disk; ` +
        'the application then goes on by itself.',
      { cause },
    );
    this.context = where.context;
    this.path = where.path;
  }
}

/** Another process held the file's write lock for too long. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError';
  readonly code = 'store-busy';
  readonly retryable = true;
  readonly context: string;
  readonly path: string;
  readonly waitedMs: number;

  constructor(where: Where, waitedMs: number, cause?: unknown) {
    super(
      `Another process holds the write lock of ${where.path}, for longer than ${waitedMs} ms. ` +
        'Look for an open transaction in a database shell or a tool, and end it.',
      { cause },
    );
    this.context = where.context;
    this.path = where.path;
    this.waitedMs = waitedMs;
  }
}

/** The operating system failed to read or write the file. */
export class StoreFailedError extends Error {
  override readonly name = 'StoreFailedError';
  readonly code = 'store-failed';
  readonly retryable = true;
  readonly context: string;
  readonly path: string;
  /** SQLite's extended result code. */
  readonly sqliteCode: number;

  constructor(where: Where, sqliteCode: number, cause: Error) {
    super(
      `${where.path} could not be read or written: ${cause.message} (SQLite ${sqliteCode}). ` +
        "Check the disk and the system's log.",
      { cause },
    );
    this.context = where.context;
    this.path = where.path;
    this.sqliteCode = sqliteCode;
  }
}

/**
 * What was committed last could not be brought to the disk. It may be gone after a power cut, so
 * nobody was told of it, and nothing more is taken.
 */
export class StoreNotSyncedError extends Error {
  override readonly name = 'StoreNotSyncedError';
  readonly code = 'store-not-synced';
  readonly retryable = false;
  readonly context: string;
  readonly path: string;

  constructor(where: Where, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `${where.path} could not be brought to the disk: ${why}. Check the disk, then start the ` +
        'application again: it goes on from what the disk has.',
      { cause },
    );
    this.context = where.context;
    this.path = where.path;
  }
}

// The primary result codes of SQLite that are about the file and not about a statement.
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
const CONSTRAINT_UNIQUE = 2067;
// Growing the shared-memory file failed: in practice a full disk.
const IO_ERROR_SHARED_MEMORY_SIZE = 4874;

/** The typed error for what SQLite reported, or the error itself when it is about something else. */
export function translate(error: unknown, where: Where): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  if (code === IO_ERROR_SHARED_MEMORY_SIZE) return new StoreFullError(where, error);
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return new StoreBusyError(where, 0, error);
    case READ_ONLY:
    case CANNOT_OPEN:
      return new StoreReadOnlyError(where, error);
    case FULL:
      return new StoreFullError(where, error);
    case IO_ERROR:
      return new StoreFailedError(where, code, error as Error);
    case CORRUPT:
      return new LogCorruptError(where, 'the file is damaged', error);
    case NOT_A_DATABASE:
      return new LogCorruptError(where, 'it is not an SQLite database, or damaged', error);
    default:
      return error;
  }
}

/** Did another connection hold the lock? */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && (code & 0xff) === BUSY;
}

/** Is this an error about one statement (a constraint, a value), and not about the file? */
export function isAboutStatement(error: unknown): boolean {
  return translate(error, { context: '', path: '' }) === error;
}

/** Is there a row already with this value of `column` (written `table.column`)? */
export function isUniqueViolation(error: unknown, column: string): boolean {
  return sqliteCode(error) === CONSTRAINT_UNIQUE && (error as Error).message.endsWith(column);
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** So many statements are kept prepared; queries on documents come in many shapes. */
const STATEMENTS_MAX = 400;

/** What a commit has survived when it answers: see `SqliteOptions.durability`. */
export type Durability = 'full' | 'normal';

/**
 * One connection to a context's file with its prepared statements. All of it is synchronous:
 * whoever waits for a lock waits outside (`transaction.ts`), because SQLite's own waiting would
 * stop the event loop.
 */
export class Connection {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** The prepared statement for this text. Rows come as objects. */
  prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** The same with rows as arrays: nearly twice as fast for records of many columns. */
  preparedArrays(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.prepared(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    if (this.database.isOpen) this.database.close();
  }
}

/**
 * A connection that writes. Creates the file when there is none. A commit of it does not wait for
 * the disk: see `WalSync`.
 */
export function openWriter(path: string): Connection {
  const database = new DatabaseSync(path);
  try {
    // normal: SQLite itself syncs where pages move from the write-ahead log into the file, so that
    // a power cut takes whole commits from the end, never a part of one; on macOS, too.
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = normal;
      pragma checkpoint_fullfsync = on;
      pragma foreign_keys = on;
      pragma journal_size_limit = ${WAL_SIZE_KEPT};
      pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
      pragma cache_size = -${WRITER_CACHE_KIB};
      ${EVERYWHERE}
    `);
  } catch (error) {
    database.close();
    throw error;
  }
  return new Connection(database);
}

/** A connection that only reads, beside whoever writes. The file must exist. */
export function openReader(path: string): Connection {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec(`pragma cache_size = -${READER_CACHE_KIB}; ${EVERYWHERE}`);
  } catch (error) {
    database.close();
    throw error;
  }
  return new Connection(database);
}

/** A row as a plain object: `node:sqlite` makes them without a prototype. */
export function plainRow<T>(row: object): T {
  return { ...row } as T;
}

export function plainRows<T>(rows: readonly object[]): T[] {
  return rows.map((row) => plainRow<T>(row));
}

// Measured on a shop of six contexts whose small commits touch the same pages again and again:
// with 4,000 pages (16 MiB) they are moved a quarter as often as with the default of 1,000, and an
// order costs a seventh less. Appends of 100 records a commit do not care.
const CHECKPOINT_PAGES = 4_000;
const WAL_SIZE_KEPT = 64 * 1024 * 1024;

// A writer's upper pages of its indexes stay in memory; a reader of pages after pages needs little.
const WRITER_CACHE_KIB = 8 * 1024;
const READER_CACHE_KIB = 4 * 1024;

// No mmap: it reads a tenth faster, and counts the whole file as memory of the process.
const EVERYWHERE = 'pragma busy_timeout = 0; pragma mmap_size = 0; pragma temp_store = memory;';

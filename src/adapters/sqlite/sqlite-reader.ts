import type { Clock } from '../../host/clock.ts';
import { LogClosedError, type LogReader } from '../../log/log.ts';
import { LogReplacedError } from '../../log/log-replaced.ts';
import type { PublishedLog } from '../../log/store.ts';
import { asking } from './asking.ts';
import { type Changes, ChangeWatcher } from './changes.ts';
import { type Connection, openReader } from './connection.ts';
import type { Where } from './errors.ts';
import { fileAt } from './file-at.ts';
import { readMeta, recognise } from './log-file.ts';
import { predecessors } from './new-epoch.ts';
import { reading } from './reading.ts';
import { readInWindows } from './reading-in-windows.ts';
import { head, readPublished } from './record-queries.ts';
import { syncWalOf } from './wal-sync.ts';

/** What a reader of a log is opened with. */
export interface ReaderOptions {
  readonly where: Where;
  readonly clock: Clock;
  /** What is committed in this process. */
  readonly changes: Changes;
}

/**
 * Reads a log beside its owner, or without one. A log that was never opened is empty, its epoch
 * the empty text, until it appears.
 */
export function sqliteReader(options: ReaderOptions): LogReader {
  const { where, clock } = options;
  const file = new FileToRead(where);
  const watcher = watch(options, file);
  return {
    ...reading(where, clock, { connection: () => file.connection() }),
    context: where.context,
    get epoch() {
      const connection = file.connection();
      return connection === undefined ? '' : epochOf(connection);
    },
    onChange: (listener) => watcher.listen(listener),
    async close() {
      watcher.close();
      file.close();
    },
  };
}

/** The published half: the view `published_v1`, the epoch and the head, and nothing else. */
export function sqlitePublished(options: ReaderOptions): PublishedLog {
  const { where, clock } = options;
  const file = new FileToRead(where);
  const watcher = watch(options, file);
  const ask = asking(where, clock, { connection: () => file.connection() });
  return {
    epoch: () => ask('', epochOf),
    predecessors: () => ask([], predecessors),
    // Who wrote it may not have it on the disk yet: no consumer may be ahead, nor begin ahead of it.
    async head() {
      const end = await ask(0, head);
      if (end > 0) await syncWalOf(where);
      return end;
    },
    async read(query) {
      const records = await readInWindows(ask, clock, query, (open, part) =>
        readPublished(open, query.types, part),
      );
      if (records.length > 0) await syncWalOf(where);
      return records;
    },
    onChange: (listener) => watcher.listen(listener),
    async close() {
      watcher.close();
      file.close();
    },
  };
}

function watch({ changes, clock }: ReaderOptions, file: FileToRead): ChangeWatcher {
  return new ChangeWatcher({ changes, isOwner: false, clock, version: () => file.version() });
}

function epochOf(connection: Connection): string {
  return readMeta(connection, 'epoch') ?? '';
}

/**
 * A file that may not be there yet. Opened when it is first asked for and there is a log in it. An
 * open file stays what it was when another one is put in its place, and would never show anything
 * new: then it says so.
 */
class FileToRead {
  readonly #where: Where;
  #connection: Connection | undefined;
  /** Which file is open. It is not given away while we have it open. */
  #file: string | undefined;
  #isClosed = false;

  constructor(where: Where) {
    this.#where = where;
  }

  connection(): Connection | undefined {
    if (this.#isClosed) throw new LogClosedError(this.#where.context);
    this.#connection ??= this.#open();
    if (this.#isReplaced()) throw new LogReplacedError(this.#where.context);
    return this.#connection;
  }

  /** Another number after another connection has committed; 0 while there is no log. */
  version(): number {
    try {
      const row = this.connection()?.prepared('pragma data_version').get();
      return (row?.['data_version'] as number | undefined) ?? 0;
    } catch {
      // A file that cannot be read is reported to whoever asks it something.
      return -1;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
    this.#connection = undefined;
  }

  #open(): Connection | undefined {
    const file = fileAt(this.#where.path);
    if (file === undefined) return undefined;
    const connection = openReader(this.#where.path);
    let format = 0;
    try {
      format = recognise(connection, this.#where);
    } finally {
      if (format === 0) connection.close();
    }
    if (format === 0) return undefined;
    this.#file = file;
    return connection;
  }

  #isReplaced(): boolean {
    return this.#connection !== undefined && fileAt(this.#where.path) !== this.#file;
  }
}

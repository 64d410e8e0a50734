import type { Log, LogReader } from './log.ts';
import type { PageBound } from './page.ts';
import type { StoredRecord } from './record.ts';

/**
 * Where the logs of an application live: opens one log a bounded context. An adapter's factory
 * (`sqlite('./data')`, `memory()`) returns one; nothing is opened before `run` asks for it.
 */
export interface Store {
  /** A name for messages, such as `sqlite ./data`. */
  readonly name: string;
  /**
   * Opens, and where needed creates, a context's log as its one running owner.
   *
   * @throws {LogInUseError} while it has another owner.
   * @throws {ContextNameError} for a name that is not plain: see `isContextName`.
   */
  open(context: string): Promise<Log>;
  /** Opens a context's log to read, beside a running owner or without one. */
  reader(context: string): Promise<LogReader>;
  /** What a context has published: all of its log that another context may see. */
  published(context: string): Promise<PublishedLog>;
}

/**
 * The view `published_v1` of a log: its outgoing records and nothing else. It stands for one log:
 * once that was put away and another one is in its place, every call rejects with
 * `LogReplacedError`, and `onChange` has called.
 */
export interface PublishedLog {
  /** The log's epoch now: it changes when the log was restored. */
  epoch(): Promise<string>;
  /**
   * The epochs that this log had before somebody gave it a new one on purpose, after a restore.
   * None where the store does not know.
   */
  predecessors?(): Promise<readonly Predecessor[]>;
  /** The highest position of the log, outgoing or not. */
  head(): Promise<number>;
  /** Outgoing records of these types after a position, ascending; a page of them. */
  read(query: PublishedQuery): Promise<readonly StoredRecord[]>;
  /** As `LogReader.onChange`. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Which messages of a context are read, and how many: see `PageBound`. */
export interface PublishedQuery extends PageBound {
  readonly after: number;
  readonly types: readonly string[];
}

/** An epoch that a log went on from. */
export interface Predecessor {
  readonly epoch: string;
  /** The last position that the log as it is now shares with that epoch. */
  readonly upTo: number;
}

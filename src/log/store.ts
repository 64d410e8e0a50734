import type { Diagnosis } from './diagnosis.ts';
import type { Log, LogReader } from './log.ts';
import type { PageBound } from './page.ts';
import type { StoredRecord } from './record.ts';
import type { NewEpoch, Predecessor, RecoverOptions } from './recover.ts';
import type { DroppedType } from './retention.ts';
import type { WaitingKey, WaitingRow } from './waiting-row.ts';
import type { Operation } from './write-set.ts';

/**
 * Where the logs of an application live: opens one log a bounded context. An adapter's factory
 * (`sqlite('./data')`, `memory()`) returns one; nothing is opened before `run` asks for it.
 */
export interface Store {
  /** A name for messages, such as `sqlite ./data`. */
  readonly name: string;
  /**
   * Opens, and where needed creates, a context's log: as its one running owner, or as one of those
   * that share it (see `Log.membership`).
   *
   * @throws {LogInUseError} while it has another owner, where it has one.
   * @throws {ContextNameError} for a name that is not plain: see `isContextName`.
   */
  open(context: string): Promise<Log>;
  /** Opens a context's log to read, beside a running owner or without one. */
  reader(context: string): Promise<LogReader>;
  /** What a context has published: all of its log that another context may see. */
  published(context: string): Promise<PublishedLog>;
  /**
   * Leaves requests in a context's log, beside those who run it or without anybody, and takes back some
   * that were left before: all or nothing, on disk when it answers. Those who run it are told, as of
   * any commit. False: there is no such log yet, and nothing was left.
   */
  leaveRequests(context: string, requests: Requests): Promise<boolean>;
  /** Where a person may want to see, or to decide, what changes about a log's format. */
  readonly migrations?: Migrations;
  /**
   * After a log was restored from a backup: begins a new epoch, whose positions lie beyond all that
   * anybody has seen of the log before. Its consumers go on from the last position that it shares
   * with its predecessor, and know by message ids what they have already taken in. The application
   * must be stopped.
   *
   * When the log is lost and there is no backup, it begins an empty one, if `accept` says so: its
   * consumers then take in what it publishes from its beginning.
   *
   * @throws {LogInUseError} while somebody runs it.
   * @throws {EpochLostError} when neighbours have taken in of an epoch that the log knows nothing of.
   */
  recover?(context: string, options?: RecoverOptions): Promise<NewEpoch>;
  /**
   * What the store knows of a context beside what is in its log: who runs it, and what may be wrong around
   * it. It takes nothing away from a running application, nor from one that starts meanwhile. A context that
   * has no log yet has nobody who runs it.
   */
  diagnose?(context: string): Promise<Diagnosis>;
}

/** What is asked of those who run a context, by somebody who does not. */
export interface Requests {
  /** Rows of kind `request`, and of no other; one that is there already is overwritten. */
  readonly left?: readonly WaitingRow[];
  /** Requests that nobody needs any more. Taking back one that is gone is no error. */
  readonly takenBack?: readonly WaitingKey[];
  /** What stands in the audit trail about it. */
  readonly operations?: readonly Operation[];
}

/** The steps by which a log is brought to the newest format. */
export interface Migrations {
  /** What a context's log lacks, in order; nothing when it is as new as this version. */
  pending(context: string): Promise<readonly Migration[]>;
  /** Brings it to the newest format, all of it or nothing, and answers with what that took. */
  migrate(context: string): Promise<readonly Migration[]>;
}

/** One step from a format to the next. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** What is run for it, to be read. */
  readonly sql: string;
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
  /**
   * Outgoing records of these types after a position, ascending; a page of them.
   *
   * @throws {RecordsDroppedError} when such were dropped after that position, unless it is 0: who
   * begins at the beginning begins with what there is.
   */
  read(query: PublishedQuery): Promise<readonly PublishedRecord[]>;
  /** The last position of each type that was dropped; absent where none ever is. */
  dropped?(): Promise<readonly DroppedType[]>;
  /** As `LogReader.onChange`. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

/** A record as those who read a context's published ones are given it. */
export type PublishedRecord = StoredRecord & {
  /**
   * The contract whose listeners are given it, where somebody else has written it for them and says that it is of
   * another type, which nobody listens to. Default: its type.
   */
  readonly addressedTo?: string;
};

/** Which messages of a context are read, and how many: see `PageBound`. */
export interface PublishedQuery extends PageBound {
  readonly after: number;
  readonly types: readonly string[];
}

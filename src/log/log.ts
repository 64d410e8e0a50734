import type { Membership } from './membership.ts';
import type { DocumentQuery, StoredDocument } from './document-query.ts';
import type { Holder } from './holder.ts';
import type { PageBound } from './page.ts';
import type { Direction, StoredRecord } from './record.ts';
import type { DroppedType, Retained } from './retention.ts';
import type { WaitingKind, WaitingRow } from './waiting-row.ts';
import type {
  Checkpoint,
  Fence,
  Held,
  Mark,
  Operation,
  Outcome,
  StoredCommand,
  StoredSnapshot,
  WriteSet,
} from './write-set.ts';

/**
 * The ordered record of everything appended in one bounded context, and what stands beside it:
 * streams, checkpoints, documents and the waiting table. This is the port a store implements; the
 * suite `testLog` in `thereupon/conformance` holds it to the promises below.
 *
 * - **All or nothing, durable when it answers.** A write set is committed whole or not at all, and
 *   is on disk when `commit` resolves. A failed write set leaves the others of the call untouched.
 * - **Versions.** A write set is refused with `conflict` when a stream it `expects` has moved;
 *   within one call, later write sets see what earlier ones did.
 * - **Order.** Positions ascend within a write set, between write sets, and with the versions of a
 *   stream. `read` never shows a position before all lower ones that will ever be there.
 * - **Fencing.** Only the latest claim of a range can move its checkpoint.
 * - **Once.** A record with the same (source, id) as one already received is left out.
 * - **When it throws**, nothing is known: the write sets may be in or not. The committer looks. A
 *   write set that can never be written (`RecordKnownError`, `UnknownModelError`) makes the call
 *   throw, and keeps none of the others from being committed.
 *
 * Calls may overlap. After `close` every call rejects with `LogClosedError`. It never retries on
 * its own, but for a lock that another process holds for a moment; it never calls user code.
 */
export interface Log extends LogReader {
  /**
   * Commits write sets in order, each with its own outcome. At most 10,000 at once. A store whose
   * streams others can hold answers `held` for those of several that would have to wait.
   */
  commit(writeSets: readonly WriteSet[]): Promise<readonly (Outcome | Held)[]>;

  /**
   * Runs `work` inside one transaction that is alone on this log: what it does through `database`
   * (the store's own client) and the write set it returns commit together, appends last. It rolls
   * back when `work` throws, or when the outcome is not `committed`.
   */
  transaction<T>(work: (database: unknown) => Promise<Exclusive<T>>): Promise<ExclusiveOutcome<T>>;

  /**
   * Takes over slots of a subscription, all of them or some, and answers with the ranges that they
   * lie in, ascending: see `claimSlots`. Whoever held them before is fenced from now on. Whoever is
   * no longer the log's owner takes nothing over any more: of two, the later one keeps what it has.
   *
   * @throws {RangesApartError}
   */
  claim(claim: Claim): Promise<readonly Checkpoint[]>;

  /** Makes the place for a read model's documents, with an index for each field. Idempotent. */
  defineModel(model: string, indexes: readonly string[]): Promise<void>;
  /**
   * Removes a read model's documents and its checkpoints. Idempotent. All are gone in one step,
   * however many there are; where that takes long, others commit meanwhile.
   */
  dropModel(model: string, subscription: string): Promise<void>;
  /**
   * Makes the documents of `from` those of `to`, in one step; those of `to` are dropped. False when
   * one of `fences` was claimed by somebody else: then all is left as it is.
   *
   * @throws {UnknownModelError} when there is no `from`: those of `to` are left as they are.
   */
  replaceModel(change: Replacement): Promise<boolean>;

  /** Forgets received messages and commands recorded before `before`, and raises the floors. */
  forget(before: number): Promise<void>;

  /**
   * Drops messages that are older than what its store was told to keep, as far as nobody needs them
   * any more: none above a checkpoint, none that something waiting is about, none that a context
   * in sight still has to take in, and never the last record. Others read and write meanwhile; several processes may
   * call it. Absent where all is kept for ever.
   */
  retain?(): Promise<Retained>;

  /**
   * How processes share the log; absent where it has one owner. Then it may be opened by several
   * processes, and several times in one.
   */
  readonly membership?: Membership;

  /** Waits until nothing is under way, then gives the log free. Idempotent. */
  close(): Promise<void>;
}

/** The half of a log that changes nothing: what the command line and other contexts use. */
export interface LogReader {
  /** The bounded context whose log this is. */
  readonly context: string;
  /** Changes when positions may have been given out again (a restore): see `Mark`. */
  readonly epoch: string;

  /** The highest position, 0 when empty. */
  head(): Promise<number>;
  /** Records after a position, ascending, as many as the bounds of a page let through. */
  read(query: LogQuery): Promise<readonly StoredRecord[]>;
  /** A stream's records after a version, ascending. */
  readStream(stream: string, query: StreamQuery): Promise<readonly StoredRecord[]>;
  /** A stream's version, 0 when it does not exist. */
  streamVersion(stream: string): Promise<number>;
  /**
   * The last record of each stream, by the streams' names in the order of their code points. It
   * takes as long as what it answers, however long the log and each stream is.
   */
  streams(query: StreamsQuery): Promise<readonly StoredRecord[]>;
  /** The records with these ids, by position; unknown ids are left out. */
  recordsById(ids: readonly string[]): Promise<readonly StoredRecord[]>;
  /** All records of one business action, by position, at most `limit`. */
  recordsOfAction(correlationId: string, limit: number): Promise<readonly StoredRecord[]>;

  snapshot(stream: string): Promise<StoredSnapshot | undefined>;
  command(id: string): Promise<StoredCommand | undefined>;
  checkpoints(): Promise<readonly Checkpoint[]>;
  marks(): Promise<readonly Mark[]>;
  /** Which of these ids have been received from this source. */
  received(source: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Messages that their source recorded before this time are set aside, not taken in. */
  floor(source: string): Promise<number>;
  waiting(query: WaitingQuery): Promise<readonly WaitingRow[]>;
  /** How many waiting rows there are, by subscription and kind. */
  waitingCounts(): Promise<readonly WaitingCount[]>;
  /** The latest first. */
  operations(limit: number): Promise<readonly Operation[]>;
  /** The last record of each type that was dropped (see `Log.retain`); absent where none ever is. */
  dropped?(): Promise<readonly DroppedType[]>;

  /** One document's JSON text. A read model that was not defined has no documents. */
  document(model: string, key: string): Promise<string | undefined>;
  documents(model: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  findDocuments(model: string, query: DocumentQuery): Promise<readonly StoredDocument[]>;
  countDocuments(model: string, where: DocumentQuery['where']): Promise<number>;
  /** The names given to `defineModel` that are still there. */
  models(): Promise<readonly string[]>;

  /**
   * Who has kept readers for longer than a second from what others committed, by not ending a
   * transaction; undefined when nobody has. Not there where no writer can.
   */
  heldBy?(): Promise<Holder | undefined>;

  /**
   * Calls `listener` soon after something was committed: `own` when through this very object,
   * `foreign` otherwise. May call without a cause, and forgets none: what somebody committed who was
   * killed before it could say so, within seconds. Returns how to stop it.
   */
  onChange(listener: (by: 'own' | 'foreign') => void): () => void;

  close(): Promise<void>;
}

/** Which records of a log are read, and how many: see `PageBound`. */
export interface LogQuery extends PageBound {
  readonly after: number;
  /** Only these directions; all when absent. */
  readonly directions?: readonly Direction[];
  /** Only these types; all when absent. */
  readonly types?: readonly string[];
}

/** Which part of a stream is read. */
export interface StreamQuery extends PageBound {
  /** Default 0: from the beginning. */
  readonly afterVersion?: number;
}

/** Which streams are listed. */
export interface StreamsQuery extends PageBound {
  /** This name and those behind it; all when absent. */
  readonly from?: string;
}

/** Which waiting rows are meant; all that is given must hold. */
export interface WaitingQuery {
  readonly subscription?: string;
  readonly key?: string;
  readonly kinds?: readonly WaitingKind[];
  /** Only rows of these slots, both included. */
  readonly slots?: { readonly first: number; readonly last: number };
  /** Only rows of this business action. */
  readonly correlationId?: string;
  /**
   * Only rows with a lower `due`, by (due, position); without it they come by (subscription,
   * position, key).
   */
  readonly dueBefore?: number;
  readonly limit: number;
}

/** How many rows of one kind wait for one subscription. */
export interface WaitingCount {
  readonly subscription: string;
  readonly kind: WaitingKind;
  readonly count: number;
}

/** Which slots of a subscription are taken over, and by whom. */
export interface Claim {
  readonly subscription: string;
  /** From 0. */
  readonly firstSlot: number;
  /** Up to 255. */
  readonly lastSlot: number;
  readonly owner: string;
  readonly fingerprint: string;
  /** Where a new subscription begins. */
  readonly position: number;
}

/** Which read model takes the place of which. */
export interface Replacement {
  readonly from: string;
  readonly to: string;
  /** Ranges that must still be ours, as those of a write set: looked at first, in the same step. */
  readonly fences?: readonly Fence[];
}

/** What an exclusive transaction came to: its own result, and the write set to commit with it. */
export interface Exclusive<T> {
  readonly result: T;
  readonly writeSet: WriteSet;
}

/** What became of an exclusive transaction. */
export interface ExclusiveOutcome<T> {
  readonly result: T;
  readonly outcome: Outcome;
}

/** The log was closed, or is closing: nothing more is taken. */
export class LogClosedError extends Error {
  override readonly name = 'LogClosedError';
  readonly code = 'log-closed';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string) {
    super(`The log of "${context}" is closed. Start the application again before you use it.`);
    this.context = context;
  }
}

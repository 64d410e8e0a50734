import type { Host } from '../../host/host.ts';
import { type Exclusive, type ExclusiveOutcome, LogClosedError } from '../../log/log.ts';
import type { Outcome, WriteSet } from '../../log/write-set.ts';
import type { Changes } from './changes.ts';
import { type Connection, type Durability, openWriter } from './connection.ts';
import { isAboutStatement, type StoreNotSyncedError, translate, type Where } from './errors.ts';
import { runExclusive } from './exclusive-transaction.ts';
import { KnownEnds } from './known-ends.ts';
import { inTransaction } from './transaction.ts';
import { Turns } from './turns.ts';
import type { WalSync } from './wal-sync.ts';
import { applyWriteSet } from './write-sets.ts';

const WRITE_SETS_MAX = 10_000;

export interface WriterOptions {
  readonly where: Where;
  readonly host: Host;
  readonly changes: Changes;
  readonly durability: Durability;
  readonly wal: Pick<WalSync, 'sync' | 'close'>;
  readonly transactionTimeoutMs: number;
}

/**
 * The one that writes to a context's file. Writers take turns; what is done in a turn on the main
 * connection is synchronous from BEGIN to COMMIT, so that nothing can come between.
 *
 * COMMIT itself does not wait for the disk; the turn does, before anybody is told. Whoever reads
 * meanwhile gets the answer when what it shows is on the disk (`durable`). Where that fails,
 * nobody knows what a power cut would leave: nothing more is written or answered.
 */
export class Writer {
  readonly options: WriterOptions;
  readonly #connection: Connection;
  readonly #releaseLock: () => void;
  readonly #turns = new Turns();
  readonly #ends = new KnownEnds();
  #exclusive: Connection | undefined;
  #syncing: Promise<void> | undefined;
  /** Once set, nothing more is taken. */
  #failure: StoreNotSyncedError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WriterOptions, connection: Connection, releaseLock: () => void) {
    this.options = options;
    this.#connection = connection;
    this.#releaseLock = releaseLock;
  }

  /** To ask: it never shows half a commit. */
  connection(): Connection {
    if (this.#closing !== undefined) throw new LogClosedError(this.options.where.context);
    if (this.#failure !== undefined) throw this.#failure;
    return this.#connection;
  }

  /** Pending while something that can be read is not on the disk yet. */
  durable(): Promise<void> | undefined {
    return this.#syncing;
  }

  /** Another number after another process, or an exclusive transaction, has committed. */
  foreignVersion(): number {
    const row = this.connection().prepared('pragma data_version').get();
    return row?.['data_version'] as number;
  }

  async commit(writeSets: readonly WriteSet[]): Promise<readonly Outcome[]> {
    if (writeSets.length > WRITE_SETS_MAX) {
      throw new RangeError(
        `${writeSets.length} write sets in one commit: at most ${WRITE_SETS_MAX}. Make several.`,
      );
    }
    const isRepeatable = writeSets.every((writeSet) => writeSet.isRepeatable === true);
    return this.#turn(() =>
      this.#commitTogether(isRepeatable, writeSets).catch((error: unknown) => {
        if (writeSets.length === 1 || !isAboutStatement(error)) throw error;
        return this.#commitEachForItself(isRepeatable, writeSets);
      }),
    );
  }

  async transaction<T>(
    work: (database: unknown) => Promise<Exclusive<T>>,
  ): Promise<ExclusiveOutcome<T>> {
    const { where, host, transactionTimeoutMs } = this.options;
    return this.#turn(async () => {
      this.#exclusive ??= openWriter(where.path);
      try {
        return await runExclusive(this.#exclusive, {
          where,
          clock: host.clock,
          timeoutMs: transactionTimeoutMs,
          work,
          onCommit: () => this.#sync(false),
          apply: (connection, writeSet) => applyWriteSet(connection, this.#ends, writeSet),
        });
      } catch (error) {
        this.#ends.clear();
        // Whatever the work still holds of it must not write into a later transaction.
        this.#exclusive.close();
        this.#exclusive = undefined;
        throw error;
      }
    });
  }

  /** Makes a change of its own, apart from write sets. */
  change<T>(make: (connection: Connection) => T): Promise<T> {
    return this.#change(false, make);
  }

  /** The same for what would be made again if it were lost with everything after it. */
  changeRepeatable<T>(make: (connection: Connection) => T): Promise<T> {
    return this.#change(true, make);
  }

  close(): Promise<void> {
    this.#closing ??= this.#turns.take(async () => {
      this.#exclusive?.close();
      this.#connection.close();
      this.options.wal.close();
      this.#releaseLock();
    });
    return this.#closing;
  }

  #change<T>(isRepeatable: boolean, make: (connection: Connection) => T): Promise<T> {
    return this.#turn(() => this.#inTransaction(isRepeatable, () => make(this.#connection)));
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    const { where, changes } = this.options;
    if (this.#closing !== undefined) throw new LogClosedError(where.context);
    try {
      return await this.#turns.take(async () => {
        if (this.#failure !== undefined) throw this.#failure;
        try {
          return await work();
        } finally {
          // Also when it failed: a part of it may have been committed.
          await this.#syncing;
          changes.tell();
        }
      });
    } catch (error) {
      throw translate(error, where);
    }
  }

  #inTransaction<T>(isRepeatable: boolean, work: () => T): Promise<T> {
    const { where, host } = this.options;
    const options = {
      where,
      clock: host.clock,
      onCommit: () => this.#sync(isRepeatable),
      onRollBack: () => this.#ends.clear(),
    };
    return inTransaction(this.#connection, options, work);
  }

  /** Begins as soon as it can be read. What would be made again if it were lost is not synced. */
  #sync(isRepeatable: boolean): void {
    if (isRepeatable || this.options.durability === 'normal') return;
    this.#syncing = this.#syncNow();
    // Those who wait for it are told.
    this.#syncing.catch(() => undefined);
  }

  async #syncNow(): Promise<void> {
    try {
      await this.options.wal.sync();
      this.#syncing = undefined;
    } catch (error) {
      this.#failure = error as StoreNotSyncedError;
      throw error;
    }
  }

  #commitTogether(
    isRepeatable: boolean,
    writeSets: readonly WriteSet[],
  ): Promise<readonly Outcome[]> {
    return this.#inTransaction(isRepeatable, () =>
      writeSets.map((writeSet) => applyWriteSet(this.#connection, this.#ends, writeSet)),
    );
  }

  /**
   * One of these write sets cannot be written at all, and took the others with it. The others are
   * committed without it; the error is thrown then, and the committer finds what is in.
   */
  async #commitEachForItself(
    isRepeatable: boolean,
    writeSets: readonly WriteSet[],
  ): Promise<never> {
    const failures = await this.#inTransaction(isRepeatable, () =>
      writeSets.flatMap((writeSet) => this.#applyOrUndo(writeSet)),
    );
    throw failures[0];
  }

  /** Why this write set could not be written; nothing when it was, or was refused. */
  #applyOrUndo(writeSet: WriteSet): unknown[] {
    const { database } = this.#connection;
    database.exec('savepoint write_set');
    try {
      applyWriteSet(this.#connection, this.#ends, writeSet);
      database.exec('release write_set');
      return [];
    } catch (error) {
      if (!isAboutStatement(error)) throw error;
      database.exec('rollback to write_set; release write_set');
      this.#ends.clear();
      return [error];
    }
  }
}

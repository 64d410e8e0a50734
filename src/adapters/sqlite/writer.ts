import type { Host } from '../../host/host.ts';
import { type Exclusive, type ExclusiveOutcome, LogClosedError } from '../../log/log.ts';
import type { Outcome, WriteSet } from '../../log/write-set.ts';
import type { Changes } from './changes.ts';
import { type Connection, type Durability, openWriter } from './connection.ts';
import { isAboutStatement, translate, type Where } from './errors.ts';
import { runExclusive } from './exclusive-transaction.ts';
import { KnownEnds } from './known-ends.ts';
import { inTransaction } from './transaction.ts';
import { Turns } from './turns.ts';
import { applyWriteSet } from './write-sets.ts';

const WRITE_SETS_MAX = 10_000;

export interface WriterOptions {
  readonly where: Where;
  readonly host: Host;
  readonly changes: Changes;
  readonly durability: Durability;
  readonly transactionTimeoutMs: number;
}

/**
 * The one that writes to a context's file. Writers take turns; what is done in a turn on the main
 * connection is synchronous from BEGIN to COMMIT, so that nothing can come between.
 */
export class Writer {
  readonly options: WriterOptions;
  readonly #connection: Connection;
  readonly #releaseLock: () => void;
  readonly #turns = new Turns();
  readonly #ends = new KnownEnds();
  #exclusive: Connection | undefined;
  /** Unknown until the first change: the connection was made ready by somebody else. */
  #synchronous: Durability | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WriterOptions, connection: Connection, releaseLock: () => void) {
    this.options = options;
    this.#connection = connection;
    this.#releaseLock = releaseLock;
  }

  /** To ask: it never shows half a commit. */
  connection(): Connection {
    if (this.#closing !== undefined) throw new LogClosedError(this.options.where.context);
    return this.#connection;
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
    return this.#turn(async () => {
      this.#syncAsNeeded(writeSets);
      const outcomes = await this.#commitTogether(writeSets).catch((error: unknown) => {
        if (writeSets.length === 1 || !isAboutStatement(error)) throw error;
        return this.#commitEachForItself(writeSets);
      });
      if (outcomes.some((outcome) => outcome.kind === 'committed')) this.options.changes.tell();
      return outcomes;
    });
  }

  async transaction<T>(
    work: (database: unknown) => Promise<Exclusive<T>>,
  ): Promise<ExclusiveOutcome<T>> {
    const { where, host, durability, transactionTimeoutMs } = this.options;
    return this.#turn(async () => {
      this.#exclusive ??= openWriter(where.path, durability);
      try {
        const done = await runExclusive(this.#exclusive, {
          where,
          clock: host.clock,
          timeoutMs: transactionTimeoutMs,
          work,
          apply: (connection, writeSet) => applyWriteSet(connection, this.#ends, writeSet),
        });
        if (done.outcome.kind === 'committed') this.options.changes.tell();
        return done;
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
    return this.#change({}, make);
  }

  /** The same for what would be made again if it were lost with everything after it. */
  changeRepeatable<T>(make: (connection: Connection) => T): Promise<T> {
    return this.#change({ isRepeatable: true }, make);
  }

  close(): Promise<void> {
    this.#closing ??= this.#turns.take(async () => {
      this.#exclusive?.close();
      this.#connection.close();
      this.#releaseLock();
    });
    return this.#closing;
  }

  async #turn<T>(work: () => Promise<T>): Promise<T> {
    const { where } = this.options;
    if (this.#closing !== undefined) throw new LogClosedError(where.context);
    try {
      return await this.#turns.take(work);
    } catch (error) {
      throw translate(error, where);
    }
  }

  #change<T>(like: WriteSet, make: (connection: Connection) => T): Promise<T> {
    return this.#turn(() => {
      this.#syncAsNeeded([like]);
      return this.#inTransaction(() => make(this.#connection));
    });
  }

  #inTransaction<T>(work: () => T): Promise<T> {
    const { where, host } = this.options;
    const onRollBack = (): void => this.#ends.clear();
    return inTransaction(this.#connection, { where, clock: host.clock, onRollBack }, work);
  }

  /**
   * The write-ahead log is synced as a whole and read back only up to its first gap, so a commit
   * that was not synced is on disk before the next one that is, or both are lost.
   */
  #syncAsNeeded(writeSets: readonly WriteSet[]): void {
    const isRepeatable = writeSets.every((writeSet) => writeSet.isRepeatable === true);
    const wanted = isRepeatable ? 'normal' : this.options.durability;
    if (wanted === this.#synchronous) return;
    // Not prepared: this pragma takes effect when it is compiled, which a cache would hide.
    this.#connection.database.exec(`pragma synchronous = ${wanted}`);
    this.#synchronous = wanted;
  }

  #commitTogether(writeSets: readonly WriteSet[]): Promise<readonly Outcome[]> {
    return this.#inTransaction(() =>
      writeSets.map((writeSet) => applyWriteSet(this.#connection, this.#ends, writeSet)),
    );
  }

  /**
   * One of these write sets cannot be written at all, and took the others with it. The others are
   * committed without it; the error is thrown then, and the committer finds what is in.
   */
  async #commitEachForItself(writeSets: readonly WriteSet[]): Promise<never> {
    const failures = await this.#inTransaction(() =>
      writeSets.flatMap((writeSet) => this.#applyOrUndo(writeSet)),
    );
    this.options.changes.tell();
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

import type { Host } from '../../host/host.ts';
import {
  type Claim,
  type Exclusive,
  type ExclusiveOutcome,
  type Log,
  LogClosedError,
} from '../../log/log.ts';
import type { Checkpoint, Outcome, WriteSet } from '../../log/write-set.ts';
import { type Changes, ChangeWatcher } from './changes.ts';
import { type Connection, type Durability, openWriter } from './connection.ts';
import { isAboutStatement, translate, type Where } from './errors.ts';
import { runExclusive } from './exclusive-transaction.ts';
import { forgetCommands } from './kept-queries.ts';
import { migrate, readMeta, writeMeta } from './log-file.ts';
import { createModel, removeModel, renameModel } from './model-tables.ts';
import { acquireOwnerLock, type Owner } from './owner-lock.ts';
import { claimRange, forgetReceived, raiseFloors } from './progress-queries.ts';
import { reading } from './reading.ts';
import { StreamVersions } from './stream-versions.ts';
import { beginImmediate, commitTransaction, rollBack, Turns, unlessBusy } from './transaction.ts';
import { applyWriteSet } from './write-sets.ts';

const WRITE_SETS_MAX = 10_000;
const FORGOTTEN_AT_ONCE = 5_000;

export interface OwnerOptions {
  readonly where: Where;
  readonly host: Host;
  readonly changes: Changes;
  readonly durability: Durability;
  readonly transactionTimeoutMs: number;
}

/** Opens, and where needed creates, the log of a context as its one running owner. */
export async function openSqliteLog(options: OwnerOptions): Promise<Log> {
  const { where, host } = options;
  const lock = acquireOwnerLock(where);
  let connection: Connection | undefined;
  try {
    connection = await unlessBusy(host.clock, where, () =>
      openWriter(where.path, options.durability),
    );
    await beginImmediate(connection, host.clock, where);
    migrate(connection, where, host.ids);
    const owner: Owner = { pid: process.pid, startedAt: host.clock.now() };
    writeMeta(connection, 'owner', JSON.stringify(owner));
    commitTransaction(connection);
  } catch (error) {
    connection?.close();
    lock.release();
    throw translate(error, where);
  }
  return ownedLog(new Writer(options, connection, lock.release));
}

/** The port over a writer: the questions go to its connection, which never shows half a commit. */
function ownedLog(writer: Writer): Log {
  const { where, host, changes } = writer.options;
  const watcher = new ChangeWatcher({
    changes,
    isOwner: true,
    clock: host.clock,
    version: () => writer.foreignVersion(),
  });
  return {
    ...reading(where, host.clock, () => writer.connection()),
    context: where.context,
    epoch: readMeta(writer.connection(), 'epoch') ?? '',
    commit: (writeSets) => writer.commit(writeSets),
    transaction: (work) => writer.transaction(work),
    claim: (claim) => writer.claim(claim),
    defineModel: (model, indexes) =>
      writer.change((connection) => createModel(connection, model, indexes)),
    dropModel: (model, subscription) =>
      writer.change((connection) => {
        removeModel(connection, model);
        connection.prepared('delete from checkpoints where subscription = ?').run(subscription);
      }),
    replaceModel: ({ from, to }) =>
      writer.change((connection) => renameModel(connection, from, to)),
    forget: (before) => forget(writer, before),
    onChange: (listener) => watcher.listen(listener),
    async close() {
      watcher.close();
      await writer.close();
    },
  };
}

/** In short transactions: whoever wants to commit something meanwhile comes between them. */
async function forget(writer: Writer, before: number): Promise<void> {
  await writer.change((connection) => raiseFloors(connection, before));
  for (const step of [forgetReceived, forgetCommands]) {
    let count = FORGOTTEN_AT_ONCE;
    while (count === FORGOTTEN_AT_ONCE) {
      count = await writer.change((connection) => step(connection, before, FORGOTTEN_AT_ONCE));
    }
  }
}

/**
 * The one that writes to a context's file. Writers take turns; what is done in a turn on the main
 * connection is synchronous from BEGIN to COMMIT, so that nothing can come between.
 */
class Writer {
  readonly options: OwnerOptions;
  readonly #connection: Connection;
  readonly #releaseLock: () => void;
  readonly #turns = new Turns();
  readonly #versions = new StreamVersions();
  #exclusive: Connection | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: OwnerOptions, connection: Connection, releaseLock: () => void) {
    this.options = options;
    this.#connection = connection;
    this.#releaseLock = releaseLock;
  }

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
      await this.#begin();
      let outcomes: readonly Outcome[];
      try {
        outcomes = writeSets.map((writeSet) => this.#apply(this.#connection, writeSet));
        commitTransaction(this.#connection);
      } catch (error) {
        this.#undo();
        if (writeSets.length === 1 || !isAboutStatement(error)) throw error;
        outcomes = await this.#commitEachForItself(writeSets);
      }
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
          apply: (connection, writeSet) => this.#apply(connection, writeSet),
        });
        if (done.outcome.kind === 'committed') this.options.changes.tell();
        else this.#versions.clear();
        return done;
      } catch (error) {
        this.#versions.clear();
        // Whatever the work still holds of it must not write into a later transaction.
        this.#exclusive.close();
        this.#exclusive = undefined;
        throw error;
      }
    });
  }

  claim(claim: Claim): Promise<Checkpoint> {
    return this.change((connection) => claimRange(connection, claim));
  }

  /** Makes a change of its own, apart from write sets. */
  async change<T>(make: (connection: Connection) => T): Promise<T> {
    return this.#turn(async () => {
      await this.#begin();
      try {
        const made = make(this.#connection);
        commitTransaction(this.#connection);
        return made;
      } catch (error) {
        this.#undo();
        throw error;
      }
    });
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

  #begin(): Promise<unknown> {
    return beginImmediate(this.#connection, this.options.host.clock, this.options.where);
  }

  #undo(): void {
    rollBack(this.#connection);
    this.#versions.clear();
  }

  #apply(connection: Connection, writeSet: WriteSet): Outcome {
    return applyWriteSet(connection, this.#versions, writeSet);
  }

  /**
   * One of these write sets cannot be written at all, and took the others with it. The others are
   * committed without it; the error is thrown then, and the committer finds what is in.
   */
  async #commitEachForItself(writeSets: readonly WriteSet[]): Promise<readonly Outcome[]> {
    const failures: unknown[] = [];
    await this.#begin();
    try {
      for (const writeSet of writeSets) {
        this.#connection.prepared('savepoint write_set').run();
        try {
          this.#apply(this.#connection, writeSet);
        } catch (error) {
          if (!isAboutStatement(error)) throw error;
          failures.push(error);
          this.#connection.prepared('rollback to write_set').run();
          this.#versions.clear();
        }
        this.#connection.prepared('release write_set').run();
      }
      commitTransaction(this.#connection);
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.options.changes.tell();
    throw failures[0];
  }
}

import type { DatabaseSync } from 'node:sqlite';
import type { Exclusive, ExclusiveOutcome } from '../../log/log.ts';
import { TransactionEndedError } from '../../log/transaction-ended.ts';
import type { MemoryHandle } from './memory-handle.ts';
import { refusal, write } from './memory-write-set.ts';

/**
 * The owner's transactions: the user's own tables and the log commit together or not at all.
 *
 * The connection belongs to the owner and is closed when the owner is gone, so that work which
 * goes on after a crash can write no more; what it had written is rolled back with it. There is no
 * limit of time: whoever tests with this store decides about time.
 */
export class MemoryTransactions {
  readonly #handle: MemoryHandle;
  #database: DatabaseSync | undefined;

  constructor(handle: MemoryHandle) {
    this.#handle = handle;
  }

  run<T>(work: (database: unknown) => Promise<Exclusive<T>>): Promise<ExclusiveOutcome<T>> {
    return this.#handle.alone(() => this.#untilGone(() => this.#transaction(work)));
  }

  async #transaction<T>(
    work: (database: unknown) => Promise<Exclusive<T>>,
  ): Promise<ExclusiveOutcome<T>> {
    const { contents } = this.#handle;
    const database = this.#connected();
    database.exec(`begin immediate; savepoint ${SAVEPOINT}`);
    try {
      const { result, writeSet } = await work(database);
      this.#handle.assertNotGone();
      release(database, contents.context);
      const refused = refusal(contents, writeSet);
      if (refused !== undefined) {
        database.exec('rollback');
        return { result, outcome: refused };
      }
      // The tables first, because only they can fail; nothing can come between.
      database.exec('commit');
      const outcome = write(contents, writeSet);
      this.#handle.changed();
      return { result, outcome };
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('rollback');
      throw error;
    }
  }

  /** A crash does not wait for the work inside. */
  async #untilGone<T>(work: () => Promise<T>): Promise<T> {
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const stop = this.#handle.onGone(() => reject(this.#handle.closedError()));
    try {
      return await Promise.race([work(), gone]);
    } finally {
      stop();
    }
  }

  #connected(): DatabaseSync {
    if (this.#database !== undefined) return this.#database;
    const database = this.#handle.contents.tables.connect();
    this.#handle.onGone(() => database.close());
    this.#database = database;
    return database;
  }
}

// Known only here: it is gone when the work ended the transaction itself.
const SAVEPOINT = 'thereupon_transaction';

function release(database: DatabaseSync, context: string): void {
  try {
    database.exec(`release ${SAVEPOINT}`);
  } catch (error) {
    throw new TransactionEndedError(context, error);
  }
}

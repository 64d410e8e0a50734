import type { NewRecord } from './record.ts';

/**
 * A store into whose logs can be published from a transaction that is not ours: one that the
 * application began by a library of its own, on the store's database.
 */
export interface Staging {
  /**
   * Puts a record into a transaction of the caller's. It enters the context's log when that commits,
   * behind what was staged in it before, and never when it rolls back, be it to a savepoint before
   * this. Until then it holds up nobody, however long the transaction stays open.
   *
   * It sends one statement on the transaction's own connection, before it waits for anything, and
   * what that fails with fails the transaction. It never commits, never retries.
   *
   * @throws {NotInTransactionError} when it can be seen that there is no transaction.
   * @throws {LogMissingError} when the context has no log in that database.
   */
  stage<Tx>(context: string, staged: StagedRecord<Tx>): Promise<void>;
}

/** What is staged, and where. */
export interface StagedRecord<Tx> {
  readonly record: NewRecord;
  readonly tx: Tx;
  readonly library: TransactionLibrary<Tx>;
}

/**
 * A library of the application's own, by which it talks to its database: how a statement is run
 * inside of one of its transactions.
 *
 * @example
 * const library: TransactionLibrary<Client> = {
 *   run: async (client, sql, values) => (await client.query(sql, [...values])).rows,
 * };
 */
export interface TransactionLibrary<Tx> {
  /**
   * Sends one statement, at once, and answers with its rows, each an object with a value a column.
   * The values are bound, never written into the statement.
   *
   * @throws {NotInTransactionError} when `tx` is no transaction.
   */
  run(tx: Tx, sql: string, values: readonly string[]): Promise<readonly object[]>;
}

/** What was given as a transaction is none, so that a message would be published by itself. */
export class NotInTransactionError extends Error {
  override readonly name = 'NotInTransactionError';
  readonly code = 'not-in-transaction';
  readonly retryable = false;

  constructor(expected: string) {
    super(
      `Nothing was published: what was given is no transaction, so the message could not commit ` +
        `together with anything. Give ${expected}.`,
    );
  }
}

/** The context has no log in the database of the transaction, or one of an older format. */
export class LogMissingError extends Error {
  override readonly name = 'LogMissingError';
  readonly code = 'log-missing';
  readonly retryable = false;
  readonly context: string;

  constructor(context: string, cause: unknown) {
    super(
      `The context "${context}" has no log to publish into in the database of this transaction. ` +
        'Start the application that runs the context once, which makes it or brings it up to date; ' +
        'and look whether both use the same database.',
      { cause },
    );
    this.context = context;
  }
}

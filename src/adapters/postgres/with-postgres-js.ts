import { NotInTransactionError, type TransactionLibrary } from '../../log/staging.ts';

/** What `sql.begin` of the package `postgres` passes on. */
export interface PostgresJsTransaction {
  unsafe(sql: string, values: string[]): PromiseLike<readonly object[]>;
  /** What a transaction has and `sql` itself has not. */
  readonly savepoint: unknown;
}

/**
 * Publishes in transactions of `postgres` (Postgres.js).
 *
 * @example
 * const ordersOutbox = outbox(ordering, { store: postgres(url), library: withPostgresJs });
 */
export const withPostgresJs: TransactionLibrary<PostgresJsTransaction> = {
  async run(sql, text, values) {
    if (typeof sql.savepoint !== 'function')
      throw new NotInTransactionError('the sql that sql.begin passes on');
    return sql.unsafe(text, [...values]);
  },
};

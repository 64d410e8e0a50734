import { NotInTransactionError, type TransactionLibrary } from '../../log/staging.ts';

/**
 * A client of the package `pg` on which `begin` was sent. A `Pool` has another connection for each
 * statement, and is none.
 */
export interface PgTransaction {
  query(sql: string, values: string[]): Promise<{ readonly rows: readonly object[] }>;
  /** What a client has and a pool has not. */
  escapeIdentifier(name: string): string;
  /** `I` is outside of transactions; older versions of `pg` cannot say. */
  getTransactionStatus?(): string | null;
}

/**
 * Publishes in transactions of `pg`.
 *
 * @example
 * const ordersOutbox = outbox(ordering, { store: postgres(url), library: withPg });
 */
export const withPg: TransactionLibrary<PgTransaction> = {
  async run(client, sql, values) {
    if (!('escapeIdentifier' in client) || client.getTransactionStatus?.() === 'I')
      throw new NotInTransactionError('a client of pg on which "begin" was sent');
    return (await client.query(sql, [...values])).rows;
  },
};

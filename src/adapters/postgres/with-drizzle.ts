import { NotInTransactionError, type TransactionLibrary } from '../../log/staging.ts';

/** A transaction of Drizzle, over whichever driver for PostgreSQL. */
export interface DrizzleTransaction<Query> {
  execute(query: Query): PromiseLike<unknown>;
  /** What a transaction has and `db` itself has not. */
  rollback(): never;
}

/**
 * Publishes in transactions of Drizzle. `sql` is the tag that `drizzle-orm` exports.
 *
 * @example
 * const ordersOutbox = outbox(ordering, { store: postgres(url), library: withDrizzle(sql) });
 */
export function withDrizzle<Query>(
  sql: (strings: TemplateStringsArray, ...values: never[]) => Query,
): TransactionLibrary<DrizzleTransaction<Query>> {
  return {
    async run(tx, text, values) {
      if (typeof tx.rollback !== 'function')
        throw new NotInTransactionError('the transaction that db.transaction passes on');
      const strings = text.split(/\$\d+/);
      const template = Object.assign(strings, { raw: strings });
      return rowsOf(await tx.execute(sql(template, ...(values as never[]))));
    },
  };
}

/** Over `pg` it answers with an object that has rows, over `postgres` with the rows. */
function rowsOf(result: unknown): readonly object[] {
  return Array.isArray(result) ? result : (result as { readonly rows: readonly object[] }).rows;
}

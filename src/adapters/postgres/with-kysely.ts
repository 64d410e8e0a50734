import { NotInTransactionError, type TransactionLibrary } from '../../log/staging.ts';

/** A `Transaction` of Kysely. */
export interface KyselyTransaction {
  executeQuery(query: RawQuery): Promise<{ readonly rows: readonly unknown[] }>;
  readonly isTransaction: true;
}

/** SQL as Kysely's `CompiledQuery.raw` makes it. */
interface RawQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query: {
    readonly kind: 'RawNode';
    readonly sqlFragments: readonly string[];
    readonly parameters: readonly never[];
  };
  readonly queryId: { readonly queryId: string };
}

/**
 * Publishes in transactions of Kysely.
 *
 * @example
 * const ordersOutbox = outbox(ordering, { store: postgres(url), library: withKysely });
 */
export const withKysely: TransactionLibrary<KyselyTransaction> = {
  async run(tx, sql, values) {
    // A Kysely that is no transaction says so here; its type says boolean, and does not compile.
    if (!(tx.isTransaction as boolean | undefined))
      throw new NotInTransactionError('the transaction that db.transaction().execute passes on');
    const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] } as const;
    const queryId = { queryId: 'thereupon' };
    const { rows } = await tx.executeQuery({ sql, parameters: values, query, queryId });
    return rows as readonly object[];
  },
};

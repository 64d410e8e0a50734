/** What looks like a pool and has one connection, which it neither makes nor ends. */
export interface PoolOfOne<Client extends { readonly query: unknown }> {
  connect(): Promise<Pick<Client, 'query'> & { release(): void }>;
  end(): Promise<void>;
  readonly options: object;
}

/**
 * The client of a transaction as a pool, for a library that takes nothing else: what it does is then
 * done in that transaction. Leave its own transactions alone, they would end this one.
 *
 * @example
 * const list = (tx: Transaction<PoolClient>) =>
 *   new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolOfOne(tx.database) }) });
 */
export function poolOfOne<Client extends { readonly query: (...given: never[]) => unknown }>(
  client: Client,
): PoolOfOne<Client> {
  const query = client.query.bind(client) as Client['query'];
  return {
    connect: async () => ({ query, release: () => undefined }),
    end: async () => undefined,
    options: {},
  };
}

/** The catalogue's table in whichever store it is kept. */
import { DatabaseSync } from 'node:sqlite';
import { postgresPrices, type PostgresTransaction } from './postgres-prices.ts';
import type { PriceTable } from './price-table.ts';
import { sqlitePrices } from './sqlite-prices.ts';

/** What a store hands to a transaction: SQLite's own client, or a connection of the package `pg`. */
export type StoreClient = DatabaseSync | PostgresTransaction;

export function priceTableOf(client: StoreClient): PriceTable {
  return client instanceof DatabaseSync ? sqlitePrices(client) : postgresPrices(client);
}

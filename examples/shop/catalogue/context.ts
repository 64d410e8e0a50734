/**
 * Catalogue: what is sold, and for how much. Plain tables, no events of its own: what it publishes
 * commits with the row it is about, in `app.transaction(catalogue, …)`.
 */
import type { DatabaseSync } from 'node:sqlite';
import { boundedContext } from 'thereupon';
import { ProductListed, ProductPriceChanged } from './contracts.ts';
import { productsTable } from './list-prices.ts';

export const catalogue = boundedContext('catalogue', {
  publishes: [ProductListed, ProductPriceChanged],
  setUp: (database: DatabaseSync) => database.exec(productsTable),
});

/**
 * Catalogue: what is sold, and for how much. Plain tables, no events of its own: what it publishes
 * commits with the row it is about, in `app.transaction(catalogue, …)`.
 */
import { boundedContext } from 'thereupon';
import { ProductListed, ProductPriceChanged } from './contracts.ts';
import { priceTableOf, type StoreClient } from './price-table-of.ts';

export const catalogue = boundedContext('catalogue', {
  publishes: [ProductListed, ProductPriceChanged],
  setUp: (client: StoreClient) => priceTableOf(client).make(),
});

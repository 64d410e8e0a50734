/**
 * Keeps the catalogue's own table and tells what has changed, in one transaction: no price is ever
 * published that the table does not have, nor the other way round.
 */
import type { Transaction } from 'thereupon';
import { ProductListed, ProductPriceChanged } from './contracts.ts';
import { priceTableOf, type StoreClient } from './price-table-of.ts';
import type { Price } from './price-table.ts';

export type PriceListing = {
  readonly productId: string;
  readonly description: string;
  /** Thousandths of a pound for one unit. */
  readonly unitPriceMils: number;
};

/** Lists goods at their prices as of `at`. A price older than the one that stands is ignored. */
export async function listPrices(
  { database, publish }: Transaction<StoreClient>,
  at: string,
  listings: readonly PriceListing[],
): Promise<void> {
  const table = priceTableOf(database);
  const prices = new Map(await table.pricesOf(listings.map(({ productId }) => productId)));
  const changed = new Map<string, Price>();
  for (const { productId, description, unitPriceMils } of listings) {
    const known = prices.get(productId);
    if (known !== undefined && known.since >= at) continue;
    if (known?.unitPriceMils === unitPriceMils) continue;
    const price = { productId, description, unitPriceMils, since: at };
    prices.set(productId, price);
    changed.set(productId, price);
    if (known !== undefined) publish(ProductPriceChanged, { productId, unitPriceMils });
    else publish(ProductListed, { productId, description, unitPriceMils });
  }
  await table.save([...changed.values()]);
}

/**
 * Keeps the catalogue's own table and tells what has changed, in one transaction: no price is ever
 * published that the table does not have, nor the other way round.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Transaction } from 'thereupon';
import { ProductListed, ProductPriceChanged } from './contracts.ts';

export type PriceListing = {
  readonly productId: string;
  readonly description: string;
  /** Thousandths of a pound for one unit. */
  readonly unitPriceMils: number;
};

export const productsTable = `
  create table if not exists products (
    product_id       text primary key,
    description      text not null,
    unit_price_mils  integer not null,
    listed_at        text not null,
    price_changed_at text not null
  ) strict, without rowid`;

/** Lists goods at their prices as of `at`. A price older than the one that stands is ignored. */
export function listPrices(
  { database, publish }: Transaction<DatabaseSync>,
  at: string,
  listings: readonly PriceListing[],
): void {
  // Both by the primary key.
  const find = database.prepare(
    'select unit_price_mils, price_changed_at from products where product_id = ?',
  );
  const add = database.prepare('insert into products values (?, ?, ?, ?, ?)');
  const change = database.prepare(
    'update products set unit_price_mils = ?, price_changed_at = ? where product_id = ?',
  );
  for (const { productId, description, unitPriceMils } of listings) {
    const known = find.get(productId);
    if (known === undefined) {
      add.run(productId, description, unitPriceMils, at, at);
      publish(ProductListed, { productId, description, unitPriceMils });
    } else if (String(known['price_changed_at']) < at) {
      if (known['unit_price_mils'] === unitPriceMils) continue;
      change.run(unitPriceMils, at, productId);
      publish(ProductPriceChanged, { productId, unitPriceMils });
    }
  }
}

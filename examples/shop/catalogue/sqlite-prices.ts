/** The catalogue's table in its SQLite file. */
import type { DatabaseSync } from 'node:sqlite';
import type { Price, PriceTable } from './price-table.ts';

export function sqlitePrices(database: DatabaseSync): PriceTable {
  return {
    async make() {
      database.exec(`
        create table if not exists products (
          product_id       text primary key,
          description      text not null,
          unit_price_mils  integer not null,
          listed_at        text not null,
          price_changed_at text not null
        ) strict, without rowid`);
    },
    async pricesOf(productIds) {
      // By the primary key.
      const find = database.prepare(
        `select description, unit_price_mils as unitPriceMils, price_changed_at as since
        from products where product_id = ?`,
      );
      const found = productIds.flatMap((productId): Price[] => {
        const row = find.get(productId) as Omit<Price, 'productId'> | undefined;
        return row === undefined ? [] : [{ ...row, productId }];
      });
      return new Map(found.map((price) => [price.productId, price]));
    },
    async save(prices) {
      // By the primary key. No numbered parameters: Node 22.18 takes them for named ones.
      const save = database.prepare(
        `insert into products values (?, ?, ?, ?, ?) on conflict (product_id) do update
        set unit_price_mils = excluded.unit_price_mils, price_changed_at = excluded.price_changed_at`,
      );
      for (const { productId, description, unitPriceMils, since } of prices)
        save.run(productId, description, unitPriceMils, since, since);
    },
  };
}

/** The catalogue's table in the schema of its log. */
import type { Price, PriceTable } from './price-table.ts';

/** What is needed of a connection of the package `pg`. */
export interface PostgresTransaction {
  query(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

export function postgresPrices(transaction: PostgresTransaction): PriceTable {
  return {
    async make() {
      await transaction.query(`
        create table if not exists catalogue.products (
          product_id       text primary key,
          description      text not null,
          unit_price_mils  integer not null,
          listed_at        text not null,
          price_changed_at text not null
        )`);
    },
    async pricesOf(productIds) {
      // By the primary key.
      const { rows } = await transaction.query(
        `select product_id as "productId", description, unit_price_mils as "unitPriceMils",
          price_changed_at as since
        from catalogue.products where product_id = any ($1)`,
        [productIds],
      );
      return new Map((rows as readonly Price[]).map((price) => [price.productId, price]));
    },
    async save(prices) {
      if (prices.length === 0) return;
      // By the primary key.
      await transaction.query(
        `insert into catalogue.products
        select id, description, mils, since, since
          from unnest($1::text[], $2::text[], $3::integer[], $4::text[]) p (id, description, mils, since)
        on conflict (product_id) do update
          set unit_price_mils = excluded.unit_price_mils,
            price_changed_at = excluded.price_changed_at`,
        [
          prices.map(({ productId }) => productId),
          prices.map(({ description }) => description),
          prices.map(({ unitPriceMils }) => unitPriceMils),
          prices.map(({ since }) => since),
        ],
      );
    },
  };
}

/**
 * The catalogue's own table, as it is read and written inside a transaction of the store: what is
 * sold, and for how much.
 */
export interface PriceTable {
  /** Makes the table, unless it is there. */
  make(): Promise<void>;
  /** What is sold of these, by product. */
  pricesOf(productIds: readonly string[]): Promise<ReadonlyMap<string, Price>>;
  /** Lists what is not sold yet, and changes the price of what is. Each product once. */
  save(prices: readonly Price[]): Promise<void>;
}

export type Price = {
  readonly productId: string;
  readonly description: string;
  /** Thousandths of a pound for one unit. */
  readonly unitPriceMils: number;
  /** Since when it is sold at this price, ISO 8601. */
  readonly since: string;
};

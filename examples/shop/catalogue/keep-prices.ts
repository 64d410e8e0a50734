/** Lists prices in a running shop. */
import type { Application } from 'thereupon';
import { catalogue } from './context.ts';
import { listPrices, type PriceListing } from './list-prices.ts';
import type { StoreClient } from './price-table-of.ts';

export type ListedPrices = {
  /** As of when, ISO 8601. */
  readonly at: string;
  readonly listings: readonly PriceListing[];
  /** The same again takes no effect. */
  readonly commandId?: string;
};

export type KeepPrices = (listed: ListedPrices) => Promise<void>;

export function keepPricesIn(app: Pick<Application, 'transaction'>): KeepPrices {
  return async ({ at, listings, commandId }) => {
    const named = commandId === undefined ? {} : { commandId, asked: { prices: at, listings } };
    await app.transaction<StoreClient, void>(catalogue, (tx) => listPrices(tx, at, listings), {
      ...named,
      occurredAt: at,
    });
  };
}

/**
 * The whole shop in a directory of its own, with goods on its list and an honest gateway inside the
 * process, for the tests of what stands in front of it.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, silent, type Application, type Transaction } from 'thereupon';
import { sqlite } from 'thereupon/sqlite';
import type { PaymentGateway } from '../billing/payment-gateway.ts';
import { catalogue } from '../catalogue/context.ts';
import { listPrices, type PriceListing } from '../catalogue/list-prices.ts';
import type { StoreClient } from '../catalogue/price-table-of.ts';
import { contexts } from '../contexts.ts';

export const goods: readonly PriceListing[] = [
  { productId: '85123A', description: 'WHITE HANGING HEART T-LIGHT HOLDER', unitPriceMils: 2_550 },
  { productId: '22423', description: 'REGENCY CAKESTAND 3 TIER', unitPriceMils: 12_750 },
  { productId: '84879', description: 'ASSORTED COLOUR BIRD ORNAMENT', unitPriceMils: 1_690 },
];

export type TestShop = { readonly app: Application; readonly stop: () => Promise<void> };

export async function startTestShop(gateway: PaymentGateway = honestGateway): Promise<TestShop> {
  const directory = mkdtempSync(join(tmpdir(), 'shop-'));
  const store = sqlite(directory);
  const app = await run(contexts, { store, dependencies: { gateway }, logger: silent });
  await setPrices(app, goods);
  await app.settled();
  return {
    app,
    stop: async () => {
      await app.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

export async function setPrices(
  app: Application,
  listings: readonly PriceListing[],
): Promise<void> {
  const at = new Date().toISOString();
  await app.transaction(catalogue, (tx: Transaction<StoreClient>) => listPrices(tx, at, listings));
}

export const honestGateway: PaymentGateway = {
  charge: async () => ({ status: 'charged', chargeId: randomUUID() }),
  refund: async ({ refundId }) => ({ status: 'refunded', refundId }),
};

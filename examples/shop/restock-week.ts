/** Begins a week: looks at all shelves once. Asked for again in the same week it changes nothing. */
import { restockRound } from './inventory/aggregates.ts';
import { stockLevels } from './inventory/stock-levels.ts';
import type { ShopApp } from './shop-app.ts';

/** More kinds of goods than this are not restocked at once. */
const productsMax = 10_000;

export async function restockWeek(
  app: ShopApp,
  { week, occurredAt }: { readonly week: number; readonly occurredAt: string },
): Promise<void> {
  const levels = await app.read(stockLevels).find({ limit: productsMax });
  const productIds = levels.map(({ productId }) => productId);
  const command = { type: 'BeginRestockRound' as const, data: { week, productIds } };
  await app.handle(restockRound, String(week), command, { occurredAt });
}

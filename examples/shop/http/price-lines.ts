/**
 * An order's lines at the prices of Ordering's own list. When the order is there already, the
 * request is a repeated one and keeps the prices of its first time, whatever they are by now.
 */
import type { z } from '@hono/zod-openapi';
import { productCode } from '../ordering/model/product-code.ts';
import { priceList } from '../ordering/price-list.ts';
import { purchases } from '../ordering/purchases.ts';
import { RequestProblemError } from './problem.ts';
import type { NewOrder } from './representations.ts';
import type { ShopApp } from '../shop-app.ts';

type Line = z.infer<typeof NewOrder>['lines'][number];
type PricedLine = Line & { readonly unitPriceMils: number };

/** @throws {RequestProblemError} naming each line whose product is not sold. */
export async function priceLines(
  app: ShopApp,
  orderId: string,
  lines: readonly Line[],
): Promise<PricedLine[]> {
  const before = await app.read(purchases).get(orderId);
  const priced = await Promise.all(
    lines.map(async ({ productId, quantity }) => {
      const code = productCode(productId);
      const paid = before?.lines.find((line) => line.productId === code);
      const sold = paid ?? (await app.read(priceList).get(code));
      return { productId: code, quantity, unitPriceMils: sold?.unitPriceMils };
    }),
  );
  const errors = priced.flatMap(({ productId, unitPriceMils }, index) =>
    unitPriceMils === undefined
      ? [{ at: `lines.${index}.productId`, detail: `"${productId}" is not sold here.` }]
      : [],
  );
  if (errors.length > 0) {
    throw new RequestProblemError(
      'product-not-sold',
      `${errors.length} of ${lines.length} lines name what is not sold here; /products tells ` +
        `what is.`,
      errors,
    );
  }
  return priced.map((line) => ({ ...line, unitPriceMils: line.unitPriceMils ?? 0 }));
}

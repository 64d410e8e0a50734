/**
 * What the catalogue learns. Prices flip between wholesale and retail from line to line; the
 * catalogue follows the first line of the day that sells a product. Returns, adjustments, charges
 * and lines without a price offer nothing and do not count.
 *
 * A listing is made only where the price differs from the product's last one in this file.
 */
import { isChargeCode } from './charge-codes.ts';
import type { OrderLines } from './order-lines.ts';
import { dayOfMinute } from './wall-clock.ts';

/** The rows that list a price. `soldRows` are the rows of orders in the order of time. */
export function listingRows(lines: OrderLines, soldRows: Iterable<number>): number[] {
  const lastDay = new Map<number, number>();
  const lastPriceMils = new Map<number, number>();
  const rows: number[] = [];
  for (const row of soldRows) {
    const product = lines.product.at(row);
    const day = dayOfMinute(lines.minute.at(row));
    const priceMils = lines.unitPriceMils.at(row);
    if (priceMils === 0 || lastDay.get(product) === day) continue;
    if (isChargeCode(lines.products.at(product))) continue;
    lastDay.set(product, day);
    if (lastPriceMils.get(product) === priceMils) continue;
    lastPriceMils.set(product, priceMils);
    rows.push(row);
  }
  return rows;
}

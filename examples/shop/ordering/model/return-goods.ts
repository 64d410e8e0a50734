/**
 * What a return takes back from an order, and what it is worth.
 *
 * Units are taken from the order's lines of that product, first line first, up to what was not yet
 * returned. The refund is at the price that was charged, and cumulative: what the units returned so
 * far were worth together, minus what was refunded before. So a line that came back whole was
 * refunded to the penny, in however many parts it came.
 */
import { lineAmountPence } from './money.ts';
import type { GoodsReturned, Order, OrderCommand, ReturnedLine } from './order-language.ts';
import { OrderingRefusedError } from './ordering-refused.ts';
import { productCode } from './product-code.ts';

type ReturnGoods = Extract<OrderCommand, { type: 'ReturnGoods' }>['data'];

export function returnGoods(order: Order, asked: ReturnGoods): GoodsReturned {
  const { orderId, returnId } = asked;
  const lines: ReturnedLine[] = [];
  for (const [productId, quantity] of unitsByProduct(asked)) {
    lines.push(...takeBack(order, orderId, productId, quantity));
  }
  const refundPence = lines.reduce((total, line) => total + line.refundPence, 0);
  return { type: 'GoodsReturned', data: { orderId, returnId, lines, refundPence } };
}

/** Gathered first, so that two lines of one product cannot take the same unit twice. */
function unitsByProduct(asked: ReturnGoods): Map<string, number> {
  const units = new Map<string, number>();
  for (const line of asked.lines) {
    if (!Number.isSafeInteger(line.quantity) || line.quantity < 1) {
      throw new OrderingRefusedError(
        'number-not-valid',
        asked.orderId,
        `Return ${asked.returnId} has quantity ${line.quantity}; it must be a whole number of ` +
          `at least 1.`,
      );
    }
    const productId = productCode(line.productId);
    units.set(productId, (units.get(productId) ?? 0) + line.quantity);
  }
  if (units.size > 0) return units;
  throw new OrderingRefusedError(
    'return-empty',
    asked.orderId,
    `Return ${asked.returnId} returns nothing of order ${asked.orderId}.`,
  );
}

function takeBack(
  order: Order,
  orderId: string,
  productId: string,
  quantity: number,
): ReturnedLine[] {
  const taken: ReturnedLine[] = [];
  let left = quantity;
  for (const [index, line] of order.lines.entries()) {
    if (left === 0) break;
    if (line.productId !== productId) continue;
    const before = order.returned[index] ?? 0;
    const units = Math.min(left, line.quantity - before);
    if (units === 0) continue;
    const refundPence =
      lineAmountPence(before + units, line.unitPriceMils) -
      lineAmountPence(before, line.unitPriceMils);
    taken.push({ lineNumber: index + 1, productId, quantity: units, refundPence });
    left -= units;
  }
  if (left === 0) return taken;
  throw new OrderingRefusedError(
    'more-than-bought',
    orderId,
    `Of product ${productId}, ${quantity} units came back for order ${orderId}, ${left} more than ` +
      `it still has.`,
  );
}

/**
 * Matches what a customer sends back with the orders it came from; the orders take it back and the
 * rest is refused, all in one commit.
 */
import { happened, notYet, whenever, type Tools } from 'thereupon';
import { order, returnRequest } from './aggregates.ts';
import { matchReturn, refuseGuest, type Purchase, type Settlement } from './model/match-return.ts';
import { OrderingRefusedError } from './model/ordering-refused.ts';
import { orderBook } from './order-book.ts';
import { purchases } from './purchases.ts';

/** More orders than this of one customer are not looked through. */
const ordersMax = 10_000;

export const settleReturn = whenever(
  'match what comes back with what was bought',
  happened(returnRequest, 'ReturnRequested'),
  async ({ data: { returnId, customerId, lines } }, tools) => {
    const settlement =
      customerId === null
        ? refuseGuest(lines)
        : matchReturn(lines, await purchasesOf(customerId, tools, productsOf(lines)));
    try {
      await takeBack(settlement, returnId, tools);
    } catch (error) {
      // Another return of the same goods was settled in this very moment, unseen by our reading.
      if (!(error instanceof OrderingRefusedError)) throw error;
      return notYet(error.message);
    }
    await tools.handle(returnRequest, returnId, {
      type: 'SettleReturn',
      data: { returnId, ...settlement },
    });
  },
  { by: ({ data }) => data.customerId ?? data.returnId },
);

async function takeBack(settlement: Settlement, returnId: string, tools: Tools): Promise<void> {
  for (const { orderId, lines } of settlement.matched) {
    const data = { orderId, returnId, lines };
    await tools.handle(order, orderId, { type: 'ReturnGoods', data });
  }
}

/** What is left of the confirmed orders of a customer that hold one of these products. */
async function purchasesOf(
  customerId: string,
  { read }: Tools,
  products: ReadonlySet<string>,
): Promise<Purchase[]> {
  const found: Purchase[] = [];
  const orders = await read(purchases).find({ where: { customerId }, limit: ordersMax });
  for (const { orderId, placedAt, lines } of orders) {
    const bought = lines.filter(({ productId }) => products.has(productId));
    if (bought.length === 0) continue;
    const status = (await read(orderBook).get(orderId))?.status;
    if (status !== 'confirmed' && status !== 'shipped') continue;
    for (const { productId, quantity, returned } of bought) {
      found.push({ orderId, placedAt, productId, quantity: quantity - returned });
    }
  }
  return found;
}

function productsOf(lines: readonly { readonly productId: string }[]): ReadonlySet<string> {
  return new Set(lines.map(({ productId }) => productId));
}

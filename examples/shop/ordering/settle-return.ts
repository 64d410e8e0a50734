/**
 * Matches what a customer sends back with the orders it came from; the orders take it back and the
 * rest is refused, all in one commit. Who gives back all of an order that still waits for its goods
 * does not want it any more: it is cancelled.
 */
import { happened, notYet, whenever, type Tools } from 'thereupon';
import { order, returnRequest } from './aggregates.ts';
import {
  isAllOf,
  matchReturn,
  refuseAll,
  type Purchase,
  type ReturnLine,
  type Settlement,
} from './model/match-return.ts';
import { OrderingRefusedError } from './model/ordering-refused.ts';
import { orderBook } from './order-book.ts';
import { purchases } from './purchases.ts';

/** More orders than this of one customer are not looked through. */
const ordersMax = 10_000;

export const settleReturn = whenever(
  'match what comes back with what was bought',
  happened(returnRequest, 'ReturnRequested'),
  async ({ data: { returnId, customerId, lines } }, tools) => {
    const bought = customerId === null ? nothing : await boughtBy(customerId, lines, tools);
    const settlement =
      customerId === null ? refuseAll(lines, 'guest') : matchReturn(lines, bought.purchases);
    const unwanted = settlement.refused.length === 0 ? undefined : bought.waiting;
    try {
      if (unwanted !== undefined) {
        const data = { orderId: unwanted, reason: 'customer' } as const;
        await tools.handle(order, unwanted, { type: 'CancelOrder', data });
      } else await takeBack(settlement, returnId, tools);
    } catch (error) {
      // Another return of the same goods was settled in this very moment, unseen by our reading; or
      // the goods have come, and left.
      if (!(error instanceof OrderingRefusedError)) throw error;
      return notYet(error.message);
    }
    const told = unwanted === undefined ? settlement : refuseAll(lines, 'never-sent');
    await tools.handle(returnRequest, returnId, {
      type: 'SettleReturn',
      data: { returnId, ...told },
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

type Bought = {
  /** What is left of the customer's confirmed orders that hold one of the products. */
  readonly purchases: readonly Purchase[];
  /** The latest order that waits for just these goods. */
  readonly waiting: string | undefined;
};

const nothing: Bought = { purchases: [], waiting: undefined };

async function boughtBy(
  customerId: string,
  lines: readonly ReturnLine[],
  { read }: Tools,
): Promise<Bought> {
  const products = productsOf(lines);
  const purchased: Purchase[] = [];
  const waiting: { readonly orderId: string; readonly placedAt: string }[] = [];
  const orders = await read(purchases).find({ where: { customerId }, limit: ordersMax });
  for (const { orderId, placedAt, lines: ordered } of orders) {
    const bought = ordered.filter(({ productId }) => products.has(productId));
    if (bought.length === 0) continue;
    const summary = await read(orderBook).get(orderId);
    if (summary?.goodsAwaitedUntil && isAllOf(lines, ordered)) waiting.push({ orderId, placedAt });
    if (summary?.status !== 'confirmed' && summary?.status !== 'shipped') continue;
    for (const { productId, quantity, returned } of bought) {
      purchased.push({ orderId, placedAt, productId, quantity: quantity - returned });
    }
  }
  return { purchases: purchased, waiting: waiting.toSorted(byTime).at(-1)?.orderId };
}

function byTime(
  one: { readonly orderId: string; readonly placedAt: string },
  other: { readonly orderId: string; readonly placedAt: string },
): number {
  const texts = [one, other].map(({ placedAt, orderId }) => `${placedAt} ${orderId}`);
  return (texts[0] ?? '') < (texts[1] ?? '') ? -1 : 1;
}

function productsOf(lines: readonly { readonly productId: string }[]): ReadonlySet<string> {
  return new Set(lines.map(({ productId }) => productId));
}

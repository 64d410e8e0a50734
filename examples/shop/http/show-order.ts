/** Orders as the API shows them, put together from Ordering's read models. */
import type { z } from '@hono/zod-openapi';
import { OrderingRefusedError } from '../ordering/model/ordering-refused.ts';
import { orderBook, type OrderSummary } from '../ordering/order-book.ts';
import { purchases } from '../ordering/purchases.ts';
import type { Order } from './representations.ts';
import type { ShopApp } from '../shop-app.ts';

/** @throws {OrderingRefusedError} when there is no such order. */
export async function showOrder(
  app: ShopApp,
  orderId: string,
  after?: string,
): Promise<z.infer<typeof Order>> {
  const reading = after === undefined ? {} : { after };
  const [head, bought] = await Promise.all([
    app.read(orderBook).get(orderId, reading),
    app.read(purchases).get(orderId, reading),
  ]);
  if (head === undefined || bought === undefined) {
    throw new OrderingRefusedError('order-unknown', orderId, `There is no order ${orderId}.`);
  }
  return { ...head, lines: [...bought.lines], charges: [...bought.charges] };
}

/** The heads of the latest orders, newest first. */
export async function latestOrders(
  app: ShopApp,
  limit: number,
  reading: { readonly after?: string } = {},
): Promise<OrderSummary[]> {
  const latest = await app
    .read(purchases)
    .find({ orderBy: { placedAt: 'descending' }, limit, ...reading });
  const heads = await Promise.all(latest.map(({ orderId }) => app.read(orderBook).get(orderId)));
  return heads.filter((head) => head !== undefined);
}

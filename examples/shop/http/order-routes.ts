/** Orders over HTTP: place one, look at it, cancel it, give goods back. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { order } from '../ordering/aggregates.ts';
import { orderBook } from '../ordering/order-book.ts';
import { documentedRoutes } from './documented-routes.ts';
import { commandIdOf, nameOf } from './idempotency.ts';
import { cancel, giveBack, list, look, place } from './order-operations.ts';
import { priceLines } from './price-lines.ts';
import { RequestProblemError } from './problem.ts';
import type { ShopApiOptions } from './shop-api-options.ts';
import { latestOrders, showOrder } from './show-order.ts';

export function orderRoutes({ app, newId }: ShopApiOptions): OpenAPIHono {
  const routes = documentedRoutes();

  routes.openapi(place, async (context) => {
    const asked = context.req.valid('json');
    const key = context.req.valid('header')['idempotency-key'] ?? newId();
    const orderId = nameOf('W', key, asked);
    const { customerId = null, name = null, address = null, country } = asked;
    const lines = await priceLines(app, orderId, asked.lines);
    const data = { orderId, customerId, name, address, country, lines, charges: [] };
    const { token } = await app.handle(
      order,
      orderId,
      { type: 'PlaceOrder', data },
      { commandId: commandIdOf(key) },
    );
    context.header('location', `/orders/${orderId}`);
    return context.json({ orderId, token, order: await showOrder(app, orderId) }, 201);
  });

  routes.openapi(list, async (context) => {
    const { status, limit, after: token } = context.req.valid('query');
    const reading = token === undefined ? {} : { after: token };
    const orders =
      status === undefined
        ? await latestOrders(app, limit, reading)
        : await app.read(orderBook).find({ where: { status }, limit, ...reading });
    return context.json({ orders: [...orders] }, 200);
  });

  routes.openapi(look, async (context) => {
    const { orderId } = context.req.valid('param');
    const { after: token } = context.req.valid('query');
    return context.json(await showOrder(app, orderId, token), 200);
  });

  routes.openapi(cancel, async (context) => {
    const { orderId } = context.req.valid('param');
    const key = context.req.valid('header')['idempotency-key'] ?? newId();
    const { token } = await app.handle(
      order,
      orderId,
      { type: 'CancelOrder', data: { orderId, reason: 'customer' } },
      { commandId: commandIdOf(key) },
    );
    return context.json({ orderId, token, order: await showOrder(app, orderId) }, 202);
  });

  routes.openapi(giveBack, async (context) => {
    const { orderId } = context.req.valid('param');
    const { lines } = context.req.valid('json');
    const key = context.req.valid('header')['idempotency-key'] ?? newId();
    const returnId = nameOf('R', key, orderId, lines);
    const { events, token } = await app.handle(
      order,
      orderId,
      { type: 'ReturnGoods', data: { orderId, returnId, lines } },
      { commandId: commandIdOf(key) },
    );
    const returned = events.find((event) => event.type === 'GoodsReturned');
    if (returned === undefined)
      throw new RequestProblemError(
        'return-applied-before',
        `Return ${returnId} of order ${orderId} was applied so long ago that its key is forgotten. ` +
          `Look at the order before you return more, under a new Idempotency-Key.`,
      );
    const { refundPence } = returned.data;
    const taken = returned.data.lines.map((line) => ({
      productId: line.productId,
      quantity: line.quantity,
      refundPence: line.refundPence,
    }));
    return context.json({ orderId, returnId, token, refundPence, lines: taken }, 201);
  });

  return routes;
}

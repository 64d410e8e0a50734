/** Orders over HTTP: place one, look at it, cancel it, give goods back. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { order } from '../ordering/aggregates.ts';
import { orderBook } from '../ordering/order-book.ts';
import { documentedRoutes } from './documented-routes.ts';
import { commandIdOf, IdempotencyKey, nameOf } from './idempotency.ts';
import { priceLines } from './price-lines.ts';
import { always, alwaysWithBody, problemAnswers } from './problem-answers.ts';
import {
  Accepted,
  NewOrder,
  NewReturn,
  Order,
  OrderHead,
  orderStatuses,
  Returned,
  Token,
} from './representations.ts';
import type { ShopApiOptions } from './shop-api-options.ts';
import { latestOrders, showOrder } from './show-order.ts';

const tags = ['Orders'];
const params = z.object({ orderId: z.string().min(1) });
const after = z.object({ after: Token.optional() });

const place = createRoute({
  method: 'post',
  path: '/orders',
  tags,
  summary: 'Place an order',
  description: 'At the prices of now. Stock and payment are arranged afterwards: look at it again.',
  request: {
    headers: IdempotencyKey,
    body: { required: true, content: { 'application/json': { schema: NewOrder } } },
  },
  responses: {
    201: {
      description: 'Placed; the same again when the key was used for the same order before',
      headers: z.object({ location: z.string() }),
      content: { 'application/json': { schema: Accepted } },
    },
    ...alwaysWithBody,
    ...problemAnswers(409, 422),
  },
});

const look = createRoute({
  method: 'get',
  path: '/orders/{orderId}',
  tags,
  summary: 'Look at an order',
  request: { params, query: after },
  responses: {
    200: { description: 'How it stands', content: { 'application/json': { schema: Order } } },
    ...always,
    ...problemAnswers(404),
  },
});

const list = createRoute({
  method: 'get',
  path: '/orders',
  tags,
  summary: 'The latest orders',
  request: {
    query: after.extend({
      status: z.enum(orderStatuses).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(20),
    }),
  },
  responses: {
    200: {
      description: 'Newest first, or those of one status in no particular order',
      content: { 'application/json': { schema: z.object({ orders: z.array(OrderHead) }) } },
    },
    ...always,
  },
});

const cancel = createRoute({
  method: 'post',
  path: '/orders/{orderId}/cancellation',
  tags,
  summary: 'Cancel an order',
  description: 'Possible until the parcel has left; what was paid is given back.',
  request: { params, headers: IdempotencyKey },
  responses: {
    202: {
      description: 'Cancelled, or the warehouse is being asked (status "cancelling")',
      content: { 'application/json': { schema: Accepted } },
    },
    ...alwaysWithBody,
    ...problemAnswers(404, 409, 422),
  },
});

const giveBack = createRoute({
  method: 'post',
  path: '/orders/{orderId}/returns',
  tags,
  summary: 'Give goods of an order back',
  description: 'The refund is at the price that was paid.',
  request: {
    params,
    headers: IdempotencyKey,
    body: { required: true, content: { 'application/json': { schema: NewReturn } } },
  },
  responses: {
    201: {
      description: 'Taken back; the money follows',
      content: { 'application/json': { schema: Returned } },
    },
    ...alwaysWithBody,
    ...problemAnswers(404, 409, 422),
  },
});

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
    if (returned === undefined) throw new Error(`Return ${returnId} was applied before, unseen.`);
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

/** What can be asked of orders over HTTP: paths, what goes in, and every answer that may come. */
import { createRoute, z } from '@hono/zod-openapi';
import { IdempotencyKey } from './idempotency.ts';
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

const tags = ['Orders'];
const params = z.object({ orderId: z.string().min(1) });
const after = z.object({ after: Token.optional() });

export const place = createRoute({
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

export const look = createRoute({
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

export const list = createRoute({
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

export const cancel = createRoute({
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

export const giveBack = createRoute({
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

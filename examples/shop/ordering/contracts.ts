/**
 * All that others may know of orders: that one was placed, confirmed or cancelled, and what came
 * back of it. Prices of single lines are nobody else's business.
 */
import { contract } from 'thereupon';
import { z } from 'zod';

const units = z.array(z.object({ productId: z.string(), quantity: z.int().positive() })).readonly();

export const OrderPlaced = contract('ordering.OrderPlaced', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    customerId: z.string().nullable(),
    name: z.string().nullable(),
    address: z.string().nullable(),
    country: z.string(),
    lines: units,
    totalPence: z.int().positive(),
  }),
  key: (data) => data.orderId,
  personal: ['name', 'address'],
  documentation:
    'Somebody ordered goods. `lines` are the goods to reserve and send, `totalPence` is what is ' +
    'due for them and the charges together. A guest has no customerId.',
});

export const OrderConfirmed = contract('ordering.OrderConfirmed', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    customerId: z.string().nullable(),
    country: z.string(),
    units: z.int().nonnegative(),
  }),
  key: (data) => data.orderId,
  documentation:
    'The goods are reserved and paid: the order may be sent. A guest has no customerId; `units` is ' +
    'how many goods go into the parcel.',
});

export const CancellationRequested = contract('ordering.CancellationRequested', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
  documentation:
    'A person wants a confirmed order cancelled. Whoever ships answers: stopped, or shipped.',
});

export const OrderCancelled = contract('ordering.OrderCancelled', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    reason: z.enum(['stock', 'payment', 'customer']),
  }),
  key: (data) => data.orderId,
  documentation: 'The order will not be sent. What was taken for it is to be given back.',
});

export const GoodsReturned = contract('ordering.GoodsReturned', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    returnId: z.string(),
    lines: units,
    refundPence: z.int().nonnegative(),
  }),
  key: (data) => data.orderId,
  documentation:
    'Goods of an order came back: to be put on the shelf, and refunded. One return may bring back ' +
    'goods of several orders; each order has a message of its own.',
});

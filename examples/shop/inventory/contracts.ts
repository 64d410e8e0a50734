/** All that others may know of stock: whether an order has its goods, or waits for them. */
import { contract } from 'thereupon';
import { z } from 'zod';

export const StockReserved = contract('inventory.StockReserved', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
  documentation: 'All goods of the order are reserved, until it is shipped or cancelled.',
});

export const GoodsBackOrdered = contract('inventory.GoodsBackOrdered', {
  version: 1,
  schema: z.object({ orderId: z.string(), until: z.iso.datetime() }),
  key: (data) => data.orderId,
  documentation:
    'Not all goods of the order are there, so none was taken. They are asked for again after each ' +
    'restock, until the time that is told; it may be told again.',
});

export const StockReservationFailed = contract('inventory.StockReservationFailed', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    missing: z
      .array(
        z.object({
          productId: z.string(),
          asked: z.int().positive(),
          available: z.int().nonnegative(),
        }),
      )
      .readonly(),
  }),
  key: (data) => data.orderId,
  documentation:
    'The goods of the order could not be had in time: it was given up, and none was taken.',
});

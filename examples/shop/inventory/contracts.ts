/** All that others may know of stock: whether an order has its goods. */
import { contract } from 'thereupon';
import { z } from 'zod';

export const StockReserved = contract('inventory.StockReserved', {
  version: 1,
  schema: z.object({ orderId: z.string() }),
  key: (data) => data.orderId,
  documentation: 'All goods of the order are reserved, until it is shipped or cancelled.',
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
  documentation: 'Not all goods of the order could be had, so none was taken.',
});

/** All that others may know of money: whether an order is paid, and what was given back. */
import { contract } from 'thereupon';
import { z } from 'zod';

export const PaymentCompleted = contract('billing.PaymentCompleted', {
  version: 1,
  schema: z.object({ orderId: z.string(), amountPence: z.int().positive() }),
  key: (data) => data.orderId,
  documentation: 'The order is paid. When it was cancelled meanwhile, a refund follows.',
});

export const PaymentFailed = contract('billing.PaymentFailed', {
  version: 1,
  schema: z.object({ orderId: z.string(), reason: z.string() }),
  key: (data) => data.orderId,
  documentation: 'The payment was declined; nothing was charged.',
});

export const PaymentRefunded = contract('billing.PaymentRefunded', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    refundId: z.string(),
    amountPence: z.int().positive(),
  }),
  key: (data) => data.orderId,
  documentation: 'Money of the order was given back: all of it, or the worth of a return.',
});

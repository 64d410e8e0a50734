/**
 * What the API shows, as schemas: they check what comes in, type what goes out, and are what the
 * OpenAPI document is made from.
 */
import { z } from '@hono/zod-openapi';

const pence = z.int().openapi({ description: 'Whole pence.', example: 1530 });
const productId = z.string().openapi({ example: '85123A' });
const orderId = z.string().openapi({ example: 'W5F2A90C41B7' });
const at = z.iso.datetime().openapi({ example: '2011-12-09T12:50:00.000Z' });

export const orderStatuses = ['placed', 'confirmed', 'cancelling', 'shipped', 'cancelled'] as const;

export const OrderHead = z
  .object({
    orderId,
    status: z.enum(orderStatuses).openapi({
      description:
        'placed: stock and payment are being arranged. confirmed: both are there. cancelling: the ' +
        'warehouse is asked whether the parcel has left. shipped, cancelled: the two ends.',
    }),
    cancelledFor: z.enum(['stock', 'payment', 'customer']).nullable(),
    goodsAwaitedUntil: at.nullable().openapi({
      description:
        'A placed order may wait for goods to come in, until this time; then it is cancelled.',
    }),
    customerId: z.string().nullable().openapi({ description: 'Null for a guest.' }),
    country: z.string(),
    placedAt: at,
    totalPence: pence,
    refundedPence: pence,
  })
  .openapi('OrderHead');

export const Order = OrderHead.extend({
  lines: z.array(
    z.object({
      productId,
      quantity: z.int().positive(),
      unitPriceMils: z.int().nonnegative().openapi({ description: 'Thousandths of a pound.' }),
      amountPence: pence,
      returned: z.int().nonnegative().openapi({ description: 'Units that came back.' }),
    }),
  ),
  charges: z.array(z.object({ code: z.string(), amountPence: pence })),
}).openapi('Order');

export const GatewayStatus = z.enum(['on', 'off', 'gone']).openapi({
  description:
    'on: it takes and gives back money. off: it was switched off. gone: it has ended, and is ' +
    'being started again.',
});

export const Token = z.string().openapi({
  description: 'Pass it on as `after` to read at least what this answer tells of.',
  example: 'ordering:0190b5a8:1207',
});

export const Accepted = z.object({ orderId, token: Token, order: Order }).openapi('Accepted');

export const Returned = z
  .object({
    orderId,
    returnId: z.string(),
    token: Token,
    refundPence: pence.openapi({ description: 'What will be given back for it.' }),
    lines: z.array(z.object({ productId, quantity: z.int().positive(), refundPence: pence })),
  })
  .openapi('Returned');

const quantity = z.int().min(1).max(100_000);
const lines = z
  .array(z.strictObject({ productId: z.string().min(1).max(50), quantity }))
  .min(1)
  .max(200);

export const NewOrder = z
  .strictObject({
    customerId: z
      .string()
      .min(1)
      .max(100)
      .nullable()
      .optional()
      .openapi({ description: 'Left out for a guest.' }),
    name: z.string().min(1).max(200).optional(),
    address: z.string().min(1).max(500).optional(),
    country: z.string().min(1).max(100).openapi({ example: 'United Kingdom' }),
    lines,
  })
  .openapi('NewOrder');

export const NewReturn = z.strictObject({ lines }).openapi('NewReturn');

export const Product = z
  .object({
    productId,
    description: z.string(),
    unitPriceMils: z.int().nonnegative().openapi({ description: 'Thousandths of a pound.' }),
    available: z
      .int()
      .nonnegative()
      .openapi({ description: 'Units on the shelf, reserved for no order.' }),
  })
  .openapi('Product');

export const Stock = z.object({ productId, available: z.int().nonnegative() }).openapi('Stock');

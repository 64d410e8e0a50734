/**
 * What placing an order says: each line's amount rounded once, the total their sum, codes in upper
 * case, and what is no goods among the charges. An order worth nothing is no order.
 */
import { lineAmountPence } from './money.ts';
import type { ChargeLine, Order, OrderCommand, OrderLine, OrderPlaced } from './order-language.ts';
import { OrderingRefusedError } from './ordering-refused.ts';
import { isChargeCode, productCode } from './product-code.ts';

type PlaceOrder = Extract<OrderCommand, { type: 'PlaceOrder' }>['data'];

export function placeOrder(asked: PlaceOrder): OrderPlaced {
  const { orderId, customerId, name, address, country } = asked;
  const lines: OrderLine[] = [];
  const charges: ChargeLine[] = [];
  for (const line of asked.lines) {
    const { quantity, unitPriceMils } = line;
    assertWhole(orderId, 'quantity', quantity, 1);
    assertWhole(orderId, 'unitPriceMils', unitPriceMils, 0);
    const productId = productCode(line.productId);
    const amountPence = lineAmountPence(quantity, unitPriceMils);
    if (isChargeCode(productId)) charges.push({ code: productId, amountPence });
    else lines.push({ productId, quantity, unitPriceMils, amountPence });
  }
  for (const { code, amountPence } of asked.charges) {
    assertWhole(orderId, 'amountPence', amountPence, 0);
    charges.push({ code: productCode(code), amountPence });
  }
  const totalPence = sum(lines) + sum(charges);
  if (totalPence <= 0) {
    throw new OrderingRefusedError(
      'order-worth-nothing',
      orderId,
      `Order ${orderId} is worth nothing. Goods that leave or come for nothing are a stock ` +
        `adjustment.`,
    );
  }
  return {
    type: 'OrderPlaced',
    data: { orderId, customerId, name, address, country, lines, charges, totalPence },
  };
}

/**
 * Whether an order that is there already was placed with the same words. Name and address are left
 * out: the order keeps no copy of them, and they do not make another order.
 */
export function sameOrder(order: Order, placed: OrderPlaced): boolean {
  const { customerId, country, lines, charges } = placed.data;
  return (
    order.customerId === customerId &&
    order.country === country &&
    order.lines.length === lines.length &&
    order.charges.length === charges.length &&
    order.lines.every((line, index) => {
      const other = lines[index];
      return (
        other !== undefined &&
        line.productId === other.productId &&
        line.quantity === other.quantity &&
        line.unitPriceMils === other.unitPriceMils
      );
    }) &&
    order.charges.every((charge, index) => {
      const other = charges[index];
      return charge.code === other?.code && charge.amountPence === other.amountPence;
    })
  );
}

function sum(lines: readonly { readonly amountPence: number }[]): number {
  return lines.reduce((total, line) => total + line.amountPence, 0);
}

function assertWhole(orderId: string, field: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new OrderingRefusedError(
    'number-not-valid',
    orderId,
    `Order ${orderId} has ${field} ${value}; it must be a whole number of at least ${least}.`,
  );
}

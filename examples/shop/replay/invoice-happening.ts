/** Writes out a part of an invoice as the happening it is. */
import { hash } from 'node:crypto';
import { isChargeCode } from './charge-codes.ts';
import type { InvoicePart } from './classify-invoice.ts';
import type {
  ChargeLine,
  GoodsLine,
  NotAnOrder,
  PlacedOrder,
  ReturnedGoods,
  StockAdjustment,
} from './happening.ts';
import { lineAmountPence } from './money.ts';
import { noCustomer, type OrderLines } from './order-lines.ts';

export type InvoiceHappening = PlacedOrder | ReturnedGoods | StockAdjustment | NotAnOrder;

export function invoiceHappening(lines: OrderLines, part: InvoicePart): InvoiceHappening {
  const first = part.rows[0] as number;
  const invoice = lines.invoices.at(lines.invoice.at(first));
  const customer = lines.customer.at(first);
  const customerId = customer === noCustomer ? null : lines.customers.at(customer);
  const country = lines.countries.at(lines.country.at(first));
  const delivered = {
    firstLine: lines.lineNumber.at(first),
    fingerprint: fingerprintOf(lines, part, customerId, country),
  };
  switch (part.kind) {
    case 'order': {
      const { goods, charges, totalPence } = soldLines(lines, part.rows);
      const order = { orderId: invoice, customerId, country, lines: goods, charges, totalPence };
      return { kind: 'order', ...order, ...delivered };
    }
    case 'return': {
      const returned = part.rows.map((row) => ({
        productId: productOf(lines, row),
        quantity: -lines.quantity.at(row),
        lineNumber: lines.lineNumber.at(row),
      }));
      const named = { returnId: invoice, customerId, country };
      return { kind: 'return', ...named, lines: returned, ...delivered };
    }
    case 'adjustment': {
      const adjusted = part.rows.map((row) => ({
        productId: productOf(lines, row),
        quantity: lines.quantity.at(row),
      }));
      return { kind: 'adjustment', adjustmentId: invoice, lines: adjusted, ...delivered };
    }
    case 'not-an-order': {
      const reason = `invoice "${invoice}" is neither a sale nor a return`;
      return { kind: 'not-an-order', invoice, reason, ...delivered };
    }
  }
}

function soldLines(lines: OrderLines, rows: readonly number[]) {
  const goods: GoodsLine[] = [];
  const charges: ChargeLine[] = [];
  let totalPence = 0;
  for (const row of rows) {
    const productId = productOf(lines, row);
    const quantity = lines.quantity.at(row);
    const unitPriceMils = lines.unitPriceMils.at(row);
    const amountPence = lineAmountPence(quantity, unitPriceMils);
    totalPence += amountPence;
    if (isChargeCode(productId)) charges.push({ code: productId, amountPence });
    else goods.push({ productId, quantity, unitPriceMils, amountPence });
  }
  return { goods, charges, totalPence };
}

// Descriptions are no part of it: they change nothing in what was ordered.
function fingerprintOf(
  lines: OrderLines,
  part: InvoicePart,
  customerId: string | null,
  country: string,
): string {
  const minute = lines.minute.at(part.rows[0] as number);
  const said: unknown[] = [part.kind, minute, customerId, country];
  for (const row of part.rows) {
    said.push(productOf(lines, row), lines.quantity.at(row), lines.unitPriceMils.at(row));
  }
  return hash('sha256', JSON.stringify(said)).slice(0, 32);
}

function productOf(lines: OrderLines, row: number): string {
  return lines.products.at(lines.product.at(row));
}

/**
 * Says what an invoice is. One invoice may be two things: a guest's order whose lines without a
 * price are goods found in stock. What fits nothing is left out and remarked on by its line.
 */
import { isChargeCode } from './charge-codes.ts';
import { lineAmountPence } from './money.ts';
import { noCustomer, type OrderLines } from './order-lines.ts';

/** Rows of `OrderLines` that are one thing; in the order of the file, at least one. */
export type InvoicePart = {
  readonly kind: 'order' | 'return' | 'adjustment' | 'not-an-order';
  readonly rows: readonly number[];
};

export type Remark = (row: number, reason: string) => void;

/** `rows` are all rows of one invoice, in the order of the file. */
export function classifyInvoice(
  lines: OrderLines,
  rows: readonly number[],
  remark: Remark,
): InvoicePart[] {
  const [first] = rows;
  if (first === undefined) return [];
  const invoice = lines.invoices.at(lines.invoice.at(first));
  remarkOnChanges(lines, rows, remark);
  if (/^\d+$/.test(invoice)) return classifySale(lines, rows, remark);
  if (/^C\d+$/.test(invoice)) return classifyReturn(lines, rows, remark);
  return [{ kind: 'not-an-order', rows }];
}

function classifySale(lines: OrderLines, rows: readonly number[], remark: Remark): InvoicePart[] {
  const hasCustomer = lines.customer.at(rows[0] as number) !== noCustomer;
  const sold: number[] = [];
  const adjusted: number[] = [];
  let totalPence = 0;
  for (const row of rows) {
    const quantity = lines.quantity.at(row);
    const unitPriceMils = lines.unitPriceMils.at(row);
    const isCharge = isChargeCode(productOf(lines, row));
    if (unitPriceMils < 0) {
      remark(row, 'the price is below zero, and the invoice is no bad debt entry; left out');
    } else if (quantity < 0 && isCharge) {
      remark(row, 'a charge is taken back outside a return; left out');
    } else if (quantity < 0 || (unitPriceMils === 0 && !hasCustomer && !isCharge)) {
      adjusted.push(row);
    } else {
      sold.push(row);
      totalPence += lineAmountPence(quantity, unitPriceMils);
    }
  }
  if (totalPence > 0) return [...part('order', sold), ...part('adjustment', adjusted)];

  const goods = [...adjusted, ...sold].filter((row) => !isChargeCode(productOf(lines, row)));
  for (const row of sold) {
    if (isChargeCode(productOf(lines, row))) {
      remark(row, 'a charge on an invoice that is worth nothing; left out');
    }
  }
  return part(
    'adjustment',
    goods.toSorted((a, b) => a - b),
  );
}

function classifyReturn(lines: OrderLines, rows: readonly number[], remark: Remark): InvoicePart[] {
  const returned = rows.filter((row) => lines.quantity.at(row) < 0);
  for (const row of rows) {
    if (lines.quantity.at(row) > 0) remark(row, 'a return with a positive quantity; left out');
  }
  return part('return', returned);
}

function part(kind: InvoicePart['kind'], rows: readonly number[]): InvoicePart[] {
  return rows.length === 0 ? [] : [{ kind, rows }];
}

function productOf(lines: OrderLines, row: number): string {
  return lines.products.at(lines.product.at(row));
}

// An invoice has one customer and one country, those of its first line.
function remarkOnChanges(lines: OrderLines, rows: readonly number[], remark: Remark): void {
  const first = rows[0] as number;
  for (const row of rows) {
    if (lines.customer.at(row) !== lines.customer.at(first)) {
      remark(row, "another customer than on the invoice's first line, which counts");
    } else if (lines.country.at(row) !== lines.country.at(first)) {
      remark(row, "another country than on the invoice's first line, which counts");
    }
  }
}

/**
 * Makes of the lines of an order file a plan of what happens when. Pure: the same lines give the
 * same plan.
 *
 * - Lines of one invoice are gathered over the whole file; its time is that of the first.
 * - Minutes come in the order of time. Within a minute a new week is restocked first, then the
 *   day's prices are listed, then invoices come in the order of their first lines.
 * - The day's prices are listed once, at the first minute in which anything happens on that day.
 * - A week is restocked once, at the first minute in which anything happens in it. A week in which
 *   nothing happens is not.
 *
 * Only the order of things is worked out ahead; each minute's happenings are written out when the
 * minute is asked for, so that a year fits into little memory.
 */
import { classifyInvoice, type InvoicePart } from './classify-invoice.ts';
import type { Happening, ListedPrice, Minute } from './happening.ts';
import { invoiceHappening } from './invoice-happening.ts';
import type { BadLine } from './read-orders.ts';
import type { OrderLines } from './order-lines.ts';
import { listingRows } from './price-listings.ts';
import { dayOfMinute, isoOfMinute, weekOfMinute } from './wall-clock.ts';

export type ReplayPlan = {
  /** The same for the same file. */
  readonly fileHash: string;
  /** How many orders, returns, adjustments and other invoices there are: the measure of progress. */
  readonly invoiceCount: number;
  readonly orderCount: number;
  readonly minuteCount: number;
  /** Lines that could be read and make no sense where they stand. */
  readonly remarks: readonly BadLine[];
  /** Starts from the beginning each time it is called. */
  readonly minutes: () => Iterable<Minute>;
};

export function planReplay(lines: OrderLines): ReplayPlan {
  const remarks: BadLine[] = [];
  const remark = (row: number, reason: string) => {
    if (remarks.length < remarksMax) remarks.push({ lineNumber: lines.lineNumber.at(row), reason });
  };
  const parts = gatherInvoices(lines).flatMap((rows) => classifyInvoice(lines, rows, remark));
  const minuteOf = (part: InvoicePart) => lines.minute.at(part.rows[0] as number);
  parts.sort((a, b) => minuteOf(a) - minuteOf(b) || (a.rows[0] as number) - (b.rows[0] as number));

  const orders = parts.filter((part) => part.kind === 'order');
  const sold = orders.flatMap((order) => order.rows);
  sold.sort((a, b) => lines.minute.at(a) - lines.minute.at(b) || a - b);
  const invoices = byMinute(parts, minuteOf);
  const minutes = [...invoices.keys()].sort((a, b) => a - b);
  const opening = firstMinuteByDay(minutes);
  const listings = byMinute(listingRows(lines, sold), (row) => {
    const minute = lines.minute.at(row);
    // A line after midnight of an invoice from before, on a day when nothing else happened.
    const before = (): number | undefined => minutes.findLast((each) => each <= minute);
    return opening.get(dayOfMinute(minute)) ?? before() ?? minute;
  });

  remarks.sort((a, b) => a.lineNumber - b.lineNumber);
  return {
    fileHash: lines.fileHash,
    invoiceCount: parts.length,
    orderCount: orders.length,
    minuteCount: minutes.length,
    remarks,
    *minutes() {
      let lastWeek = -Infinity;
      for (const minute of minutes) {
        const week = weekOfMinute(minute);
        const happenings: Happening[] = [];
        if (week > lastWeek) happenings.push({ kind: 'week-restock', week });
        lastWeek = week;
        const listed = listings.get(minute);
        if (listed) happenings.push({ kind: 'price-listing', listings: listPrices(lines, listed) });
        for (const part of invoices.get(minute) ?? []) {
          happenings.push(invoiceHappening(lines, part));
        }
        yield { at: isoOfMinute(minute), happenings };
      }
    },
  };
}

/** More remarks than this say no more than these do. */
const remarksMax = 10_000;

function gatherInvoices(lines: OrderLines): number[][] {
  const rowsOf: number[][] = Array.from({ length: lines.invoices.size }, () => []);
  for (let row = 0; row < lines.count; row++) rowsOf[lines.invoice.at(row)]?.push(row);
  return rowsOf;
}

function listPrices(lines: OrderLines, rows: readonly number[]): ListedPrice[] {
  return rows.map((row) => ({
    productId: lines.products.at(lines.product.at(row)),
    description: lines.descriptions.at(lines.description.at(row)),
    unitPriceMils: lines.unitPriceMils.at(row),
    lineNumber: lines.lineNumber.at(row),
  }));
}

function firstMinuteByDay(minutes: readonly number[]): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const minute of minutes) {
    const day = dayOfMinute(minute);
    if (!first.has(day)) first.set(day, minute);
  }
  return first;
}

function byMinute<T>(items: readonly T[], minuteOf: (item: T) => number): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const item of items) {
    const minute = minuteOf(item);
    const there = found.get(minute);
    if (there === undefined) found.set(minute, [item]);
    else there.push(item);
  }
  return found;
}

/** What Ordering's log says of each order: what was sold, how it ended, and what came back. */
import type { Books } from './books.ts';

export type Sale = {
  readonly orderId: string;
  readonly placed: number;
  readonly confirmed: number;
  readonly cancelled: number;
  readonly shipped: number;
  readonly totalPence: number;
  /** What its lines and charges come to. */
  readonly linesPence: number;
  readonly returnedPence: number;
};

type Row = readonly [string, number, number, number, number, number, number, number];

/** All orders, by id. */
export function salesOf(books: Books): ReadonlyMap<string, Sale> {
  const sales = new Map<string, Sale>();
  // By log_stream, in the order of streams.
  const rows = books.rows<Row>(`
    select substr(stream, length('order/') + 1),
      sum(type = 'OrderPlaced'),
      sum(type = 'OrderConfirmed'),
      sum(type = 'OrderCancelled'),
      sum(type = 'OrderMarkedShipped'),
      sum(iif(type = 'OrderPlaced', data ->> 'totalPence', 0)),
      sum(iif(type = 'OrderPlaced',
        (select coalesce(sum(value ->> 'amountPence'), 0) from json_each(data, '$.lines'))
        + (select coalesce(sum(value ->> 'amountPence'), 0) from json_each(data, '$.charges')), 0)),
      sum(iif(type = 'GoodsReturned', data ->> 'refundPence', 0))
    from ordering.log
    where stream >= 'order/' and stream < 'order0' and direction = 'domain'
    group by stream`);
  for (const row of rows) {
    const [orderId, placed, confirmed, cancelled, shipped, totalPence, linesPence, returnedPence] =
      row;
    const money = { totalPence, linesPence, returnedPence };
    sales.set(orderId, { orderId, placed, confirmed, cancelled, shipped, ...money });
  }
  return sales;
}

/** An end is an end: cancelled once, or confirmed and shipped once, and never both. */
export function hasEnded(sale: Sale): boolean {
  const isShipped = sale.confirmed === 1 && sale.shipped === 1 && sale.cancelled === 0;
  const isCancelled = sale.cancelled === 1 && sale.shipped === 0 && sale.confirmed <= 1;
  return sale.placed === 1 && (isShipped || isCancelled);
}

/** Placed once, and nothing since. */
export function isUntouched({ placed, confirmed, cancelled, shipped }: Sale): boolean {
  return placed === 1 && confirmed + cancelled + shipped === 0;
}

/** Orders: each ended in exactly one state, is worth its lines, and left if it says so. */
import type { Books } from './books.ts';
import { equation, side, type Equation } from './equation.ts';
import { hasEnded, isUntouched, type Sale } from './sales.ts';

export function auditOrders(
  books: Books,
  sales: ReadonlyMap<string, Sale>,
  isWaiting: (orderId: string) => boolean,
): Equation[] {
  return [endings(sales, isWaiting), totals(sales), parcels(books, sales)];
}

/** For how long one may wait for goods, another equation says. */
function endings(
  sales: ReadonlyMap<string, Sale>,
  isWaiting: (orderId: string) => boolean,
): Equation {
  const all = [...sales.values()];
  const waiting = all.filter((sale) => isUntouched(sale) && isWaiting(sale.orderId));
  const open = all.filter((sale) => !hasEnded(sale) && !waiting.includes(sale));
  const waits = waiting.length === 0 ? '' : `, or waiting for goods: ${waiting.length}`;
  return equation(
    'Every order ended in exactly one state',
    side('orders placed', all.length, 'orders'),
    side(`shipped or cancelled${waits}`, all.length - open.length, 'orders'),
    open.map(
      ({ orderId, placed, confirmed, cancelled, shipped }) =>
        `order ${orderId}: placed ${placed}, confirmed ${confirmed}, shipped ${shipped}, ` +
        `cancelled ${cancelled} times`,
    ),
  );
}

function totals(sales: ReadonlyMap<string, Sale>): Equation {
  const all = [...sales.values()];
  return equation(
    'Every order is worth the sum of its lines',
    side('totals of orders', sum(all, 'totalPence'), 'pence'),
    side('their lines and charges', sum(all, 'linesPence'), 'pence'),
    all
      .filter((sale) => sale.totalPence !== sale.linesPence)
      .map(
        ({ orderId, totalPence, linesPence }) =>
          `order ${orderId}: its total is ${totalPence} pence, its lines make ${linesPence}`,
      ),
  );
}

function parcels(books: Books, sales: ReadonlyMap<string, Sale>): Equation {
  const parcelsOf = new Map<string, number>();
  const rows = books.rows<readonly [string]>(`
    select substr(stream, length('shipment/') + 1) from fulfilment.log
    where stream >= 'shipment/' and stream < 'shipment0' and type = 'OrderShipped'`);
  for (const [orderId] of rows) parcelsOf.set(orderId, (parcelsOf.get(orderId) ?? 0) + 1);
  const shipped = [...sales.values()].filter((sale) => sale.shipped > 0);
  const faults = shipped
    .filter(({ orderId }) => parcelsOf.get(orderId) !== 1)
    .map(({ orderId }) => `order ${orderId}: shipped, with ${parcelsOf.get(orderId) ?? 0} parcels`);
  for (const orderId of parcelsOf.keys()) {
    if (sales.get(orderId)?.shipped !== 1) faults.push(`a parcel left for ${orderId}, not shipped`);
  }
  let parcelCount = 0;
  for (const count of parcelsOf.values()) parcelCount += count;
  return equation(
    'Every shipped order left in one parcel',
    side('orders shipped (Ordering)', shipped.length, 'orders'),
    side('parcels left (Fulfilment)', parcelCount, 'orders'),
    faults,
  );
}

function sum(sales: readonly Sale[], field: 'totalPence' | 'linesPence'): number {
  return sales.reduce((total, sale) => total + sale[field], 0);
}

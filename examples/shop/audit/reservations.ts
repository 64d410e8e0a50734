/**
 * What orders hold of the stock, and what of it has left: folded from the events of Inventory's
 * reservations. The products' own streams tell of the same goods, see `shelves.ts`.
 */
import type { Books } from './books.ts';

export type ReservedLine = { readonly productId: string; readonly quantity: number };

export type Reservations = {
  /** The lines of each reservation that was neither released nor shipped. */
  readonly held: ReadonlyMap<string, readonly ReservedLine[]>;
  /** The lines that left, by order. */
  readonly shipped: ReadonlyMap<string, readonly ReservedLine[]>;
  /** Every order that ever fell short of its goods. */
  readonly backOrders: ReadonlyMap<string, BackOrder>;
};

export type BackOrder = {
  /** When its goods were reserved, or it was given up or cancelled; undefined while it waits. */
  readonly endedAt: number | undefined;
  /** It ended because its order was cancelled while it waited. */
  readonly isReleased: boolean;
};

export function foldReservations(books: Books): Reservations {
  const held = new Map<string, readonly ReservedLine[]>();
  const shipped = new Map<string, readonly ReservedLine[]>();
  const backOrders = new Map<string, BackOrder>();
  const rows = books.rows<readonly [string, string, string, number]>(`
    select substr(stream, length('reservation/') + 1), type, data ->> 'lines', occurred_at
    from inventory.log
    where stream >= 'reservation/' and stream < 'reservation0' and type in
      ('StockReserved', 'GoodsBackOrdered', 'StockReservationFailed', 'ReservationReleased',
       'ReservationShipped')
    order by stream, version`);
  for (const [orderId, type, text, at] of rows) {
    if (type === 'GoodsBackOrdered') {
      backOrders.set(orderId, { endedAt: undefined, isReleased: false });
    } else if (backOrders.has(orderId) && backOrders.get(orderId)?.endedAt === undefined) {
      backOrders.set(orderId, { endedAt: at, isReleased: type === 'ReservationReleased' });
    }
    if (type === 'GoodsBackOrdered' || type === 'StockReservationFailed') continue;
    const lines = JSON.parse(text) as readonly ReservedLine[];
    if (type === 'StockReserved') held.set(orderId, lines);
    else held.delete(orderId);
    if (type !== 'ReservationShipped') continue;
    shipped.set(orderId, [...(shipped.get(orderId) ?? []), ...lines]);
  }
  return { held, shipped, backOrders };
}

export function unitsOf(lines: readonly ReservedLine[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

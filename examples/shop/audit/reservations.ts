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
};

export function foldReservations(books: Books): Reservations {
  const held = new Map<string, readonly ReservedLine[]>();
  const shipped = new Map<string, readonly ReservedLine[]>();
  const rows = books.rows<readonly [string, string, string]>(`
    select substr(stream, length('reservation/') + 1), type, data ->> 'lines' from inventory.log
    where stream >= 'reservation/' and stream < 'reservation0'
      and type in ('StockReserved', 'ReservationReleased', 'ReservationShipped')
    order by stream, version`);
  for (const [orderId, type, text] of rows) {
    const lines = JSON.parse(text) as readonly ReservedLine[];
    if (type === 'StockReserved') held.set(orderId, lines);
    else held.delete(orderId);
    if (type !== 'ReservationShipped') continue;
    shipped.set(orderId, [...(shipped.get(orderId) ?? []), ...lines]);
  }
  return { held, shipped };
}

export function unitsOf(lines: readonly ReservedLine[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Reserves all goods of an order, or none. */
import type { Tools } from 'thereupon';
import { reservation, stock } from './aggregates.ts';
import { linesByProduct, type MissingLine, type ReservationLine } from './model/reservation.ts';
import type { StockEvent } from './model/stock.ts';
import { weekOf } from './model/week.ts';

export async function reserveGoods(
  asked: {
    readonly orderId: string;
    readonly lines: readonly ReservationLine[];
    readonly at: string;
  },
  { handle }: Tools,
): Promise<void> {
  const { orderId, at } = asked;
  const begun = await handle(reservation, orderId, {
    type: 'BeginReservation',
    data: { orderId },
  });
  // Begun before, or cancelled before it was asked for.
  if (begun.events.length === 0) return;

  const week = weekOf(at);
  const lines = linesByProduct(asked.lines);
  // Each product's stock is asked for itself; none of them waits for another.
  const answers = await Promise.all(
    lines.map(({ productId, quantity }) =>
      handle(stock, productId, {
        type: 'Reserve',
        data: { productId, orderId, quantity, week },
      }),
    ),
  );
  const events = answers.flatMap((answer) => answer.events);
  const missing = events.flatMap(missingOf);
  if (missing.length === 0) {
    await handle(reservation, orderId, { type: 'CompleteReservation', data: { orderId, lines } });
    return;
  }
  await Promise.all(
    events
      .flatMap(reservedBy)
      .map((line) =>
        handle(stock, line.productId, { type: 'Release', data: { orderId, ...line } }),
      ),
  );
  await handle(reservation, orderId, { type: 'FailReservation', data: { orderId, missing } });
}

function reservedBy(event: StockEvent): ReservationLine[] {
  if (event.type !== 'UnitsReserved') return [];
  const { productId, quantity } = event.data;
  return [{ productId, quantity }];
}

function missingOf(event: StockEvent): MissingLine[] {
  if (event.type !== 'UnitsFellShort') return [];
  const { productId, asked, available } = event.data;
  return [{ productId, asked, available }];
}

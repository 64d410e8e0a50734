/** Reserves all goods of an order, or none; then they are back-ordered. */
import type { Tools } from 'thereupon';
import { reservation, stock } from './aggregates.ts';
import { linesByProduct, type MissingLine, type ReservationLine } from './model/reservation.ts';
import type { StockEvent } from './model/stock.ts';
import { waitsUntil } from './model/waiting-list.ts';
import { weekOf } from './model/week.ts';

export async function reserveGoods(
  asked: {
    readonly orderId: string;
    readonly lines: readonly ReservationLine[];
    readonly at: string;
  },
  tools: Tools,
): Promise<void> {
  const { orderId, at } = asked;
  const begin = { type: 'BeginReservation', data: { orderId } } as const;
  const { events } = await tools.handle(reservation, orderId, begin);
  // Begun before, or cancelled before it was asked for.
  if (events.length === 0) return;
  const wanted = { lines: linesByProduct(asked.lines), week: weekOf(at), until: waitsUntil(at) };
  await reserveOrWait(orderId, wanted, tools);
}

/** A back-order has its turn. */
export async function reserveAgain(orderId: string, tools: Tools): Promise<void> {
  const begin = { type: 'BeginReservation', data: { orderId } } as const;
  const { status, backOrder } = (await tools.handle(reservation, orderId, begin)).state;
  // Released since, or else in nobody's hands but ours.
  if (status !== 'begun' || backOrder === null) return;
  // What it wants was counted when it was asked for first.
  await reserveOrWait(orderId, { ...backOrder, week: null }, tools);
}

async function reserveOrWait(
  orderId: string,
  wanted: {
    readonly lines: readonly ReservationLine[];
    readonly week: number | null;
    readonly until: string;
  },
  { handle }: Tools,
): Promise<void> {
  const { lines, week, until } = wanted;
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
  const data = { orderId, lines, missing, until };
  await handle(reservation, orderId, { type: 'BackOrder', data });
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

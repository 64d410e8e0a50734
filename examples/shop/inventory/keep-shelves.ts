/**
 * All that moves stock, one thing after the other: two orders that want the last mug must get it in
 * the order in which they were placed, so the shelves are one queue and not one for each product.
 */
import { happened, whenever, type Tools } from 'thereupon';
import { OrderShipped } from '../fulfilment/contracts.ts';
import { GoodsReturned, OrderCancelled, OrderPlaced } from '../ordering/contracts.ts';
import { adjustment, reservation, restockRound, stock } from './aggregates.ts';
import { linesByProduct, type ReservationLine } from './model/reservation.ts';
import { reserveAgain, reserveGoods } from './reserve-goods.ts';

export const keepShelves = whenever(
  'keep the shelves',
  [
    OrderPlaced,
    OrderCancelled,
    OrderShipped,
    GoodsReturned,
    happened(adjustment, 'AdjustmentRecorded'),
    happened(restockRound, 'RestockRoundBegun'),
    happened(reservation, 'ReservationAskedAgain'),
  ],
  (event, tools) => {
    switch (event.type) {
      case 'ordering.OrderPlaced': {
        const { orderId, lines } = event.data;
        return reserveGoods({ orderId, lines, at: event.occurredAt }, tools);
      }
      case 'ordering.OrderCancelled':
        return release(event.data.orderId, tools);
      case 'fulfilment.OrderShipped':
        return ship(event.data.orderId, tools);
      case 'ordering.GoodsReturned':
        return putBack(event.data, tools);
      case 'AdjustmentRecorded':
        return adjust(event.data, tools);
      case 'RestockRoundBegun':
        return restock(event.data, tools);
      case 'ReservationAskedAgain':
        return reserveAgain(event.data.orderId, tools);
    }
  },
  { by: () => 'shelves' },
);

async function release(orderId: string, { handle }: Tools): Promise<void> {
  const { events } = await handle(reservation, orderId, {
    type: 'ReleaseReservation',
    data: { orderId },
  });
  for (const event of events) {
    if (event.type !== 'ReservationReleased') continue;
    await each(event.data.lines, ({ productId, quantity }) =>
      handle(stock, productId, { type: 'Release', data: { productId, orderId, quantity } }),
    );
  }
}

// The stocks gave the goods away when they were reserved; what leaves is said once.
function ship(orderId: string, { handle }: Tools): Promise<unknown> {
  return handle(reservation, orderId, { type: 'ShipReservation', data: { orderId } });
}

async function putBack(
  returned: {
    readonly orderId: string;
    readonly returnId: string;
    readonly lines: readonly ReservationLine[];
  },
  { handle }: Tools,
): Promise<void> {
  const { orderId, returnId } = returned;
  const lines = linesByProduct(returned.lines);
  const { events } = await handle(reservation, orderId, {
    type: 'PutBack',
    data: { orderId, returnId, lines },
  });
  if (events.length === 0) return;
  await each(lines, ({ productId, quantity }) =>
    handle(stock, productId, {
      type: 'TakeBack',
      data: { productId, orderId, returnId, quantity },
    }),
  );
}

function adjust(
  { adjustmentId, lines }: { adjustmentId: string; lines: readonly ReservationLine[] },
  { handle }: Tools,
): Promise<void> {
  return each(lines, ({ productId, quantity }) =>
    handle(stock, productId, { type: 'Adjust', data: { productId, adjustmentId, quantity } }),
  );
}

async function restock(
  { week, productIds }: { week: number; productIds: readonly string[] },
  { handle }: Tools,
): Promise<void> {
  await each(productIds, (productId) =>
    handle(stock, productId, { type: 'Restock', data: { productId, week } }),
  );
  await handle(restockRound, String(week), { type: 'EndRestockRound', data: { week } });
}

// Different products, so none waits for another.
async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  await Promise.all(items.map(work));
}

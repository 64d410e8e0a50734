/** Inventory: what lies on the shelves, and for whom it is kept. */
import { boundedContext, publish } from 'thereupon';
import { adjustment, reservation, restockRound, stock } from './aggregates.ts';
import { backOrders } from './back-orders.ts';
import { GoodsBackOrdered, StockReservationFailed, StockReserved } from './contracts.ts';
import { keepShelves } from './keep-shelves.ts';
import { shortages } from './shortages.ts';
import { stockLevels } from './stock-levels.ts';

export const inventory = boundedContext('inventory', {
  aggregates: [stock, reservation, adjustment, restockRound],
  publishes: [
    publish(StockReserved, reservation, 'StockReserved', ({ data: { orderId } }) => ({ orderId })),
    publish(GoodsBackOrdered, reservation, 'GoodsBackOrdered', ({ data: { orderId, until } }) => ({
      orderId,
      until,
    })),
    publish(StockReservationFailed, reservation, 'StockReservationFailed', (event) => event.data),
  ],
  reactions: [keepShelves],
  processes: [backOrders],
  readModels: [stockLevels, shortages],
});

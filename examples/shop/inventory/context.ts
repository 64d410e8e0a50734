/** Inventory: what lies on the shelves, and for whom it is kept. */
import { boundedContext, publish } from 'thereupon';
import { adjustment, reservation, restockRound, stock } from './aggregates.ts';
import { StockReservationFailed, StockReserved } from './contracts.ts';
import { keepShelves } from './keep-shelves.ts';
import { shortages } from './shortages.ts';
import { stockLevels } from './stock-levels.ts';

export const inventory = boundedContext('inventory', {
  aggregates: [stock, reservation, adjustment, restockRound],
  publishes: [
    publish(StockReserved, reservation, 'StockReserved', ({ data: { orderId } }) => ({ orderId })),
    publish(StockReservationFailed, reservation, 'StockReservationFailed', (event) => event.data),
  ],
  reactions: [keepShelves],
  readModels: [stockLevels, shortages],
});

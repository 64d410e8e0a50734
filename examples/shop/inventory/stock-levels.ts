/** What lies on the shelves. What is reserved still lies there until it is shipped. */
import { readModel, type } from 'thereupon';
import { stock } from './aggregates.ts';

export type StockLevel = { readonly productId: string; readonly onHand: number };

export const stockLevels = readModel({
  name: 'stock-levels',
  version: 1,
  document: type<StockLevel>(),
  from: [stock],
  by: (event) => event.data.productId,
  evolve: {
    InitialStockReceived: (level, { data }) => moved(level, data.productId, data.quantity),
    StockRestocked: (level, { data }) => moved(level, data.productId, data.quantity),
    UnitsShipped: (level, { data }) => moved(level, data.productId, -data.quantity),
    UnitsTakenBack: (level, { data }) => moved(level, data.productId, data.quantity),
    StockAdjusted: (level, { data }) => moved(level, data.productId, data.applied),
  },
  index: ['onHand'],
  inline: true,
});

function moved(level: StockLevel | undefined, productId: string, units: number): StockLevel {
  return { productId, onHand: (level?.onHand ?? 0) + units };
}

/** What is still to be had: on the shelf, and reserved for no order. */
import { readModel, type } from 'thereupon';
import { stock } from './aggregates.ts';

export type StockLevel = { readonly productId: string; readonly available: number };

export const stockLevels = readModel({
  name: 'stock-levels',
  version: 1,
  document: type<StockLevel>(),
  from: [stock],
  by: (event) => event.data.productId,
  evolve: {
    InitialStockReceived: (level, { data }) => moved(level, data.productId, data.quantity),
    StockRestocked: (level, { data }) => moved(level, data.productId, data.quantity),
    UnitsReserved: (level, { data }) => moved(level, data.productId, -data.quantity),
    UnitsReleased: (level, { data }) => moved(level, data.productId, data.quantity),
    UnitsTakenBack: (level, { data }) => moved(level, data.productId, data.quantity),
    StockAdjusted: (level, { data }) => moved(level, data.productId, data.applied),
  },
  index: ['available'],
  inline: true,
});

function moved(level: StockLevel | undefined, productId: string, units: number): StockLevel {
  return { productId, available: (level?.available ?? 0) + units };
}

/** The orders that met a shelf too empty, and what was missing when they first asked. */
import { readModel, type } from 'thereupon';
import { reservation } from './aggregates.ts';
import type { MissingLine } from './model/reservation.ts';

export type Shortage = {
  readonly orderId: string;
  readonly at: string;
  readonly missing: readonly MissingLine[];
};

export const shortages = readModel({
  name: 'shortages',
  version: 1,
  document: type<Shortage>(),
  from: [reservation],
  by: (event) => event.data.orderId,
  evolve: {
    GoodsBackOrdered: (first, { data, occurredAt }) =>
      first ?? { orderId: data.orderId, at: occurredAt, missing: data.missing },
  },
  index: ['at'],
  inline: true,
});

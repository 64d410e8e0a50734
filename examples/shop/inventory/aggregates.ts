/** The deciders of Inventory, wired. */
import { aggregate } from 'thereupon';
import * as adjustmentModel from './model/adjustment.ts';
import * as reservationModel from './model/reservation.ts';
import * as restockRoundModel from './model/restock-round.ts';
import * as stockModel from './model/stock.ts';

export const stock = aggregate({
  name: 'stock',
  initial: stockModel.initial,
  decide: stockModel.decide,
  evolve: stockModel.evolve,
  // An order asks for some thirty shelves, of thousands: many are not in memory any more, and each
  // may have had hundreds of events.
  snapshotEvery: 25,
});

export const reservation = aggregate({
  name: 'reservation',
  initial: reservationModel.initial,
  decide: reservationModel.decide,
  evolve: reservationModel.evolve,
});

export const adjustment = aggregate({
  name: 'adjustment',
  initial: adjustmentModel.initial,
  decide: adjustmentModel.decide,
  evolve: adjustmentModel.evolve,
});

export const restockRound = aggregate({
  name: 'restock-round',
  initial: restockRoundModel.initial,
  decide: restockRoundModel.decide,
  evolve: restockRoundModel.evolve,
});

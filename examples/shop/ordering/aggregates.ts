/** The deciders of Ordering, wired: an order, and a wish to give goods back. */
import { aggregate } from 'thereupon';
import * as orderModel from './model/order.ts';
import * as returnModel from './model/return-request.ts';

export const order = aggregate({
  name: 'order',
  initial: orderModel.initial,
  decide: orderModel.decide,
  evolve: orderModel.evolve,
  personal: { OrderPlaced: ['name', 'address'] },
});

export const returnRequest = aggregate({
  name: 'return-request',
  initial: returnModel.initial,
  decide: returnModel.decide,
  evolve: returnModel.evolve,
});

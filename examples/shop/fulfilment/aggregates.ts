/** The decider of Fulfilment, wired. */
import { aggregate } from 'thereupon';
import { decide, evolve, initial } from './model/shipment.ts';

export const shipment = aggregate({
  name: 'shipment',
  initial,
  decide,
  evolve,
  personal: { OrderShipped: ['address'] },
});

/** The decider of Billing, wired. */
import { aggregate } from 'thereupon';
import { decide, evolve, initial } from './model/payment.ts';

export const payment = aggregate({ name: 'payment', initial, decide, evolve });

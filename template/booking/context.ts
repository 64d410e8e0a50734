/** Booking sells seats, each once. It does not know who listens. */
import { aggregate, boundedContext, publish } from 'thereupon';
import { SeatBooked } from './contracts.ts';
import { decide, evolve, initial } from './screening.ts';

export const screening = aggregate({ name: 'screening', initial, decide, evolve });

export const booking = boundedContext('booking', {
  aggregates: [screening],
  publishes: [publish(SeatBooked, screening, 'SeatBooked', (event) => event.data)],
});

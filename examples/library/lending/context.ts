/** Lending: who has a book, for whom it is laid aside, and who waits for it. */
import { boundedContext, publish } from 'thereupon';
import { book } from './book.ts';
import { catalogue } from './catalogue.ts';
import { BookReadyToCollect, ReservationExpired } from './contracts.ts';
import { hold } from './hold.ts';

export const lending = boundedContext('lending', {
  aggregates: [book],
  publishes: [
    publish(ReservationExpired, book, 'ReservationExpired', (event) => event.data),
    BookReadyToCollect,
  ],
  processes: [hold],
  readModels: [catalogue],
});

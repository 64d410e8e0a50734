/**
 * A book that is laid aside, from the moment when it is until the reader collects it, cancels, or
 * lets three days pass. One process for each book, as it is laid aside for one reader at a time.
 *
 * What the reader is promised and when the timer fires is one time, said in one place. It counts
 * from when the log recorded that the book was laid aside: should the library's computer be off
 * when a reservation expires, the next reader has her three days all the same.
 */
import { happened, processManager } from 'thereupon';
import { book } from './book.ts';
import { BookReadyToCollect } from './contracts.ts';
import { collectBy } from './model/collect-by.ts';

export const hold = processManager({
  name: 'hold',
  from: [
    happened(book, 'BookHeld'),
    happened(book, 'BookLent'),
    happened(book, 'ReservationCancelled'),
    happened(book, 'ReservationExpired'),
  ],
  startedBy: ['BookHeld'],
  by: (event) => event.data.bookId,
  timers: ['CollectionOverdue'],
  initial: { bookId: '', readerId: '' },
  evolve: (state, event) =>
    event.type === 'BookHeld'
      ? { bookId: event.data.bookId, readerId: event.data.readerId }
      : state,
  react(held, event, { command, complete, publish, setTimer }) {
    switch (event.type) {
      case 'BookHeld': {
        const at = collectBy(event.recordedAt);
        return [
          setTimer('CollectionOverdue', { at }),
          publish(BookReadyToCollect, { ...event.data, collectBy: at }),
        ];
      }
      case 'CollectionOverdue':
        return [command(book, held.bookId, { type: 'ExpireReservation', data: held })];
      case 'BookLent':
      case 'ReservationCancelled':
      case 'ReservationExpired':
        // Somebody who waits may cancel as well; that is nothing to the one it is held for.
        return event.data.readerId === held.readerId ? [complete()] : [];
      case 'CommandRefused':
        return [];
    }
  },
});

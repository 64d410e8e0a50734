import { test } from 'node:test';
import { actions } from 'thereupon';
import { given } from 'thereupon/testing';
import { book } from './book.ts';
import { BookReadyToCollect } from './contracts.ts';
import { hold } from './hold.ts';

const { command, complete, publish, setTimer } = actions;
const bookId = 'middlemarch';
const title = 'Middlemarch';
const ada = { bookId, readerId: 'Ada' };
const ben = { bookId, readerId: 'Ben' };
const held = { type: 'BookHeld', data: { ...ada, title } } as const;
const expire = command(book, bookId, { type: 'ExpireReservation', data: ada });

test('a reader is promised the time at which the timer fires', () => {
  const collectBy = '2026-03-05T09:00:00.000Z';

  given(hold)
    .when({ ...held, recordedAt: '2026-03-02T09:00:00.000Z' })
    .then([
      setTimer('CollectionOverdue', { after: '3 days' }),
      publish(BookReadyToCollect, { ...ada, title, collectBy }),
    ]);
});

test('after three days the reservation expires, and when it has, the process is over', () => {
  given(hold, [held])
    .after('71 hours')
    .thenNothing()
    .after('1 hour')
    .then([expire])
    .when({ type: 'ReservationExpired', data: { ...ada, title } })
    .then([complete()]);
});

test('a book that was collected, or is not wanted any more, does not expire', () => {
  for (const type of ['BookLent', 'ReservationCancelled'] as const)
    given(hold, [held]).when({ type, data: ada }).then([complete()]).after('30 days').thenNothing();
});

test('who cancels while she waits is nothing to the one it is held for', () => {
  given(hold, [held])
    .when({ type: 'ReservationCancelled', data: ben })
    .thenNothing()
    .after('3 days')
    .then([expire]);
});

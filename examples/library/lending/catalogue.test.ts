import { test } from 'node:test';
import { given } from 'thereupon/testing';
import { catalogue } from './catalogue.ts';

const bookId = 'middlemarch';
const title = 'Middlemarch';
const ada = { bookId, readerId: 'Ada' };
const ben = { bookId, readerId: 'Ben' };
const added = { type: 'BookAdded', data: { bookId, title } } as const;
const reserved = [
  added,
  { type: 'BookReserved', data: ada },
  { type: 'BookHeld', data: { ...ada, title }, recordedAt: '2026-03-02T09:00:00.000Z' },
  { type: 'BookReserved', data: ben },
] as const;
const onShelf = { title, place: 'shelf', readerId: null, collectBy: null, waiting: [] } as const;

test('a book stands on the shelf, and again when its last reader is done with it', () => {
  given(catalogue, [added]).then(bookId, onShelf);
  given(catalogue, [
    added,
    { type: 'BookLent', data: ada },
    { type: 'BookReturned', data: ada },
  ]).then(bookId, onShelf);
  given(catalogue, [...reserved.slice(0, 3), { type: 'ReservationCancelled', data: ada }]).then(
    bookId,
    onShelf,
  );
});

test('the catalogue shows for whom a book is held, until when, and who waits', () => {
  given(catalogue, reserved).then(bookId, {
    title,
    place: 'held',
    readerId: 'Ada',
    collectBy: '2026-03-05T09:00:00.000Z',
    waiting: ['Ben'],
  });
});

test('who has left the list is not shown any more', () => {
  given(catalogue, [...reserved, { type: 'ReservationCancelled', data: ben }]).then(bookId, {
    title,
    place: 'held',
    readerId: 'Ada',
    collectBy: '2026-03-05T09:00:00.000Z',
    waiting: [],
  });
});

test('a turn that passes on is shown for the next reader', () => {
  given(catalogue, [
    ...reserved,
    { type: 'ReservationExpired', data: { ...ada, title } },
    { type: 'BookHeld', data: { ...ben, title }, recordedAt: '2026-03-05T09:00:00.000Z' },
    { type: 'BookLent', data: ben },
  ]).then(bookId, { title, place: 'lent', readerId: 'Ben', collectBy: null, waiting: [] });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { given } from 'thereupon/testing';
import type { Book, BookCommand, BookEvent } from './book-language.ts';
import * as book from './book.ts';

const bookId = 'middlemarch';
const title = 'Middlemarch';
const add: BookCommand = { type: 'AddBook', data: { bookId, title } };
const giveBack: BookCommand = { type: 'ReturnBook', data: { bookId } };
const reserve = (readerId: string) => asked('ReserveBook', readerId);
const cancel = (readerId: string) => asked('CancelReservation', readerId);
const expire = (readerId: string) => asked('ExpireReservation', readerId);
const lend = (readerId: string) => asked('LendBook', readerId);
const heldFor = (readerId: string): BookEvent => ({
  type: 'BookHeld',
  data: { bookId, title, readerId },
});

test('a book on the shelf is laid aside for the reader who reserves it', () => {
  given(book)
    .after(add)
    .when(reserve('Ada'))
    .then([{ type: 'BookReserved', data: { bookId, readerId: 'Ada' } }, heldFor('Ada')]);
});

test('whoever reserves a book that is held or lent waits for it', () => {
  const reserved: BookEvent = { type: 'BookReserved', data: { bookId, readerId: 'Ben' } };

  given(book).after(add, reserve('Ada')).when(reserve('Ben')).then([reserved]);
  given(book).after(add, lend('Ada')).when(reserve('Ben')).then([reserved]);
});

test('nobody reserves a book twice, or while she has it', () => {
  const waiting = given(book).after(add, reserve('Ada'), reserve('Ben'));

  waiting.when(reserve('Ada')).thenRefused({ code: 'reserved-already' });
  waiting.when(reserve('Ben')).thenRefused({ code: 'reserved-already' });
  given(book)
    .after(add, lend('Ada'))
    .when(reserve('Ada'))
    .thenRefused({ code: 'lent-to-this-reader' });
});

test('a book that comes back is laid aside for who has waited longest', () => {
  given(book)
    .after(add, lend('Ada'), reserve('Ben'), reserve('Cora'))
    .when(giveBack)
    .then([{ type: 'BookReturned', data: { bookId, readerId: 'Ada' } }, heldFor('Ben')]);
});

test('a book that comes back goes to the shelf when nobody waits', () => {
  const returned = given(book).after(add, lend('Ada')).when(giveBack);

  returned.then([{ type: 'BookReturned', data: { bookId, readerId: 'Ada' } }]);
  assert.equal(returned.state.place, 'shelf');
});

test('a turn that is cancelled or expires goes to the next reader', () => {
  const held = given(book).after(add, reserve('Ada'), reserve('Ben'));

  held
    .when(cancel('Ada'))
    .then([{ type: 'ReservationCancelled', data: { bookId, readerId: 'Ada' } }, heldFor('Ben')]);
  held
    .when(expire('Ada'))
    .then([
      { type: 'ReservationExpired', data: { bookId, readerId: 'Ada', title } },
      heldFor('Ben'),
    ]);
});

test('who cancels while she waits leaves the list, and nobody else is moved', () => {
  const held = given(book).after(add, reserve('Ada'), reserve('Ben'), reserve('Cora'));
  const cancelled = held.when(cancel('Ben'));

  cancelled.then([{ type: 'ReservationCancelled', data: { bookId, readerId: 'Ben' } }]);
  assert.deepEqual(cancelled.state.waiting, ['Cora']);
});

test('what is over already can be cancelled, and expires, without any harm', () => {
  const collected = given(book).after(add, reserve('Ada'), lend('Ada'));

  collected.when(cancel('Ada')).thenNothing();
  collected.when(expire('Ada')).thenNothing();
});

test('a book that is laid aside is lent to the one it is held for, and to nobody else', () => {
  const held = given(book).after(add, reserve('Ada'), reserve('Ben'));

  held.when(lend('Ben')).thenRefused({ code: 'held-for-another' });
  held.when(lend('Ada')).then([{ type: 'BookLent', data: { bookId, readerId: 'Ada' } }]);
});

test('a book that is lent is not lent again before it is back', () => {
  const lent = given(book).after(add, lend('Ada'));

  lent.when(lend('Ben')).thenRefused({ code: 'lent-to-another' });
  lent.when(lend('Ada')).thenNothing();
  given(book).after(add).when(giveBack).thenRefused({ code: 'not-lent' });
});

test('a book that the library does not have is refused; one that it has is added once', () => {
  given(book).when(reserve('Ada')).thenRefused({ code: 'book-unknown' });
  given(book).after(add).when(add).thenNothing();
});

test('whatever is asked, a book on the shelf is one that nobody waits for', () => {
  const reader = fc.constantFrom('Ada', 'Ben', 'Cora');
  const ask = fc.constantFrom(reserve, cancel, expire, lend);
  const command = fc.oneof(
    fc.tuple(ask, reader).map(([about, readerId]) => about(readerId)),
    fc.constant(giveBack),
  );

  fc.assert(
    fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
      let state = given(book).after(add).state;
      for (const each of commands) {
        state = afterwards(state, each);
        const { place, readerId, waiting } = state;
        assert.equal(place === 'shelf', readerId === '', 'somebody has it, or it is on the shelf');
        assert.ok(place !== 'shelf' || waiting.length === 0, 'it is on the shelf, and wanted');
        assert.equal(new Set([readerId, ...waiting]).size, waiting.length + 1, 'one turn each');
      }
    }),
  );
});

function afterwards(state: Book, command: BookCommand): Book {
  try {
    return book.decide(command, state).reduce(book.evolve, state);
  } catch (refusal) {
    assert.equal((refusal as Error).name, 'LendingRefusedError');
    return state;
  }
}

function asked(
  type: 'ReserveBook' | 'CancelReservation' | 'ExpireReservation' | 'LendBook',
  readerId: string,
): BookCommand {
  return { type, data: { bookId, readerId } };
}

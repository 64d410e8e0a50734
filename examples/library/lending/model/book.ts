/**
 * A book, of which the library has one copy, and whose turn it is to have it.
 *
 * unknown   the library has no such book yet.
 * shelf     anybody may take it; nobody waits for it.
 * held      laid aside for the reader whose turn it is, until she collects it, cancels, or her
 *           reservation expires. Then it is the turn of whoever has waited longest.
 * lent      somebody reads it; whoever reserves it waits.
 */
import type { Book, BookCommand, BookEvent, OneReader } from './book-language.ts';
import { refused } from './lending-refused.ts';

export const initial: Book = { title: '', place: 'unknown', readerId: '', waiting: [] };

export function decide(command: BookCommand, book: Book): readonly BookEvent[] {
  if (command.type === 'AddBook')
    return book.place === 'unknown' ? [{ type: 'BookAdded', data: command.data }] : [];
  const { bookId } = command.data;
  if (book.place === 'unknown') throw refused('book-unknown', bookId, `There is no ${bookId}.`);
  switch (command.type) {
    case 'ReserveBook':
      return reserve(command.data, book);
    case 'CancelReservation':
      return cancel(command.data, book);
    case 'ExpireReservation':
      return expire(command.data, book);
    case 'LendBook':
      return lend(command.data, book);
    case 'ReturnBook':
      return giveBack(bookId, book);
  }
}

export function evolve(book: Book, event: BookEvent): Book {
  switch (event.type) {
    case 'BookAdded':
      return { ...initial, title: event.data.title, place: 'shelf' };
    case 'BookReserved':
      return { ...book, waiting: [...book.waiting, event.data.readerId] };
    case 'BookHeld': {
      const { readerId } = event.data;
      return { ...without(readerId, book), place: 'held', readerId };
    }
    case 'ReservationCancelled':
    case 'ReservationExpired':
      return without(event.data.readerId, book);
    case 'BookLent':
      return { ...book, place: 'lent', readerId: event.data.readerId };
    case 'BookReturned':
      return { ...book, place: 'shelf', readerId: '' };
  }
}

function reserve(asked: OneReader, book: Book): readonly BookEvent[] {
  const { bookId, readerId } = asked;
  const { title, place, waiting } = book;
  if (waiting.includes(readerId) || isHeldFor(readerId, book))
    throw refused('reserved-already', bookId, `${readerId} has reserved "${title}" already.`);
  if (book.readerId === readerId)
    throw refused('lent-to-this-reader', bookId, `${readerId} has "${title}" at home.`);
  const reserved: BookEvent = { type: 'BookReserved', data: asked };
  return place === 'shelf' ? passOn(bookId, book, reserved) : [reserved];
}

function cancel(asked: OneReader, book: Book): readonly BookEvent[] {
  const cancelled: BookEvent = { type: 'ReservationCancelled', data: asked };
  if (isHeldFor(asked.readerId, book)) return passOn(asked.bookId, book, cancelled);
  return book.waiting.includes(asked.readerId) ? [cancelled] : [];
}

/** Too late when she has collected it or cancelled: then there is nothing to expire any more. */
function expire(asked: OneReader, book: Book): readonly BookEvent[] {
  if (!isHeldFor(asked.readerId, book)) return [];
  const data = { ...asked, title: book.title };
  return passOn(asked.bookId, book, { type: 'ReservationExpired', data });
}

function lend(asked: OneReader, book: Book): readonly BookEvent[] {
  const { bookId, readerId } = asked;
  if (book.place === 'shelf' || isHeldFor(readerId, book))
    return [{ type: 'BookLent', data: asked }];
  if (book.readerId === readerId) return [];
  throw book.place === 'held'
    ? refused('held-for-another', bookId, `"${book.title}" is laid aside for ${book.readerId}.`)
    : refused('lent-to-another', bookId, `"${book.title}" is lent to ${book.readerId}.`);
}

function giveBack(bookId: string, book: Book): readonly BookEvent[] {
  const { place, readerId, title } = book;
  if (place !== 'lent') throw refused('not-lent', bookId, `"${title}" is not lent.`);
  return passOn(bookId, book, { type: 'BookReturned', data: { bookId, readerId } });
}

/** What frees the book, and then whose turn it is, when anybody waits. */
function passOn(bookId: string, book: Book, freed: BookEvent): readonly BookEvent[] {
  const { title, waiting } = evolve(book, freed);
  const [readerId] = waiting;
  if (readerId === undefined) return [freed];
  return [freed, { type: 'BookHeld', data: { bookId, title, readerId } }];
}

function isHeldFor(readerId: string, book: Book): boolean {
  return book.place === 'held' && book.readerId === readerId;
}

/** The book when this reader has nothing to do with it any more. */
function without(readerId: string, book: Book): Book {
  const waiting = book.waiting.filter((other) => other !== readerId);
  if (!isHeldFor(readerId, book)) return { ...book, waiting };
  return { ...book, place: 'shelf', readerId: '', waiting };
}

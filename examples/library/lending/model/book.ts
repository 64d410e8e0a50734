/**
 * A book, of which the library has one copy, and whose turn it is to have it.
 *
 * unknown   the library has no such book yet.
 * shelf     anybody may take it; nobody waits for it.
 * held      laid aside for the reader whose turn it is, until she collects it, cancels, or her
 *           reservation expires. Then it is the turn of whoever has waited longest.
 * lent      somebody reads it; whoever reserves it waits.
 */
import { LendingRefusedError } from './lending-refused.ts';

export type BookCommand =
  | { readonly type: 'AddBook'; readonly data: { readonly bookId: string; readonly title: string } }
  | { readonly type: 'ReserveBook'; readonly data: OneReader }
  | { readonly type: 'CancelReservation'; readonly data: OneReader }
  | { readonly type: 'ExpireReservation'; readonly data: OneReader }
  | { readonly type: 'LendBook'; readonly data: OneReader }
  | { readonly type: 'ReturnBook'; readonly data: { readonly bookId: string } };

export type BookEvent =
  | {
      readonly type: 'BookAdded';
      readonly data: { readonly bookId: string; readonly title: string };
    }
  | { readonly type: 'BookReserved'; readonly data: OneReader }
  | { readonly type: 'BookHeld'; readonly data: OneReader & { readonly title: string } }
  | { readonly type: 'ReservationCancelled'; readonly data: OneReader }
  | { readonly type: 'ReservationExpired'; readonly data: OneReader & { readonly title: string } }
  | { readonly type: 'BookLent'; readonly data: OneReader }
  | { readonly type: 'BookReturned'; readonly data: OneReader };

type OneReader = { readonly bookId: string; readonly readerId: string };

export type Book = {
  readonly title: string;
  readonly place: 'unknown' | 'shelf' | 'held' | 'lent';
  /** Whom it is held for or lent to; empty when nobody has it. */
  readonly readerId: string;
  /** Who waits for it, the next one first. */
  readonly waiting: readonly string[];
};

export const initial: Book = { title: '', place: 'unknown', readerId: '', waiting: [] };

export function decide(command: BookCommand, book: Book): readonly BookEvent[] {
  if (command.type === 'AddBook')
    return book.place === 'unknown' ? [{ type: 'BookAdded', data: command.data }] : [];
  const { bookId } = command.data;
  if (book.place === 'unknown')
    throw new LendingRefusedError('book-unknown', bookId, `There is no book ${bookId}.`);
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
    case 'BookHeld':
      return {
        ...without(event.data.readerId, book),
        place: 'held',
        readerId: event.data.readerId,
      };
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
  if (book.waiting.includes(readerId) || isHeldFor(readerId, book))
    throw new LendingRefusedError(
      'reserved-already',
      bookId,
      `${readerId} has reserved "${book.title}" already.`,
    );
  if (book.readerId === readerId)
    throw new LendingRefusedError(
      'lent-to-this-reader',
      bookId,
      `${readerId} has "${book.title}" at home.`,
    );
  const reserved: BookEvent = { type: 'BookReserved', data: asked };
  return book.place === 'shelf' ? passOn(bookId, book, reserved) : [reserved];
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
    ? new LendingRefusedError(
        'held-for-another',
        bookId,
        `"${book.title}" is laid aside for ${book.readerId}, not for ${readerId}.`,
      )
    : new LendingRefusedError(
        'lent-to-another',
        bookId,
        `"${book.title}" is lent to ${book.readerId}.`,
      );
}

function giveBack(bookId: string, book: Book): readonly BookEvent[] {
  if (book.place !== 'lent')
    throw new LendingRefusedError('not-lent', bookId, `"${book.title}" is not lent.`);
  const { readerId } = book;
  return passOn(bookId, book, { type: 'BookReturned', data: { bookId, readerId } });
}

/** What frees the book, and then whose turn it is, when anybody waits. */
function passOn(bookId: string, book: Book, freed: BookEvent): readonly BookEvent[] {
  const { title, waiting } = evolve(book, freed);
  const [readerId] = waiting;
  if (readerId === undefined) return [freed];
  return [freed, { type: 'BookHeld', data: { bookId, title, readerId } }];
}

function isHeldFor(readerId: string, { place, readerId: holder }: Book): boolean {
  return place === 'held' && holder === readerId;
}

/** The book as it is when this reader has nothing to do with it any more. */
function without(readerId: string, book: Book): Book {
  const waiting = book.waiting.filter((other) => other !== readerId);
  return isHeldFor(readerId, book)
    ? { ...book, place: 'shelf', readerId: '', waiting }
    : { ...book, waiting };
}

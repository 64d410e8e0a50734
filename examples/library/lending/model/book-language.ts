/** The language of lending: what can be asked about a book, what can happen to it, how it is. */
export type BookCommand =
  | { readonly type: 'AddBook'; readonly data: OneBook }
  | { readonly type: 'ReserveBook'; readonly data: OneReader }
  | { readonly type: 'CancelReservation'; readonly data: OneReader }
  | { readonly type: 'ExpireReservation'; readonly data: OneReader }
  | { readonly type: 'LendBook'; readonly data: OneReader }
  | { readonly type: 'ReturnBook'; readonly data: { readonly bookId: string } };

export type BookEvent =
  | { readonly type: 'BookAdded'; readonly data: OneBook }
  | { readonly type: 'BookReserved'; readonly data: OneReader }
  | { readonly type: 'BookHeld'; readonly data: OneReader & OneBook }
  | { readonly type: 'ReservationCancelled'; readonly data: OneReader }
  | { readonly type: 'ReservationExpired'; readonly data: OneReader & OneBook }
  | { readonly type: 'BookLent'; readonly data: OneReader }
  | { readonly type: 'BookReturned'; readonly data: OneReader };

export type OneBook = { readonly bookId: string; readonly title: string };
export type OneReader = { readonly bookId: string; readonly readerId: string };

export type Book = {
  readonly title: string;
  readonly place: 'unknown' | 'shelf' | 'held' | 'lent';
  /** Whom it is held for or lent to; empty when nobody has it. */
  readonly readerId: string;
  /** Who waits for it, the next one first. */
  readonly waiting: readonly string[];
};

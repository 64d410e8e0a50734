/** What the readers do, and when. What follows of it is nobody's plot. */
import type { BookCommand } from '../lending/model/book-language.ts';

export interface Deed {
  /** ISO 8601. */
  readonly at: string;
  /** Names the deed, and all that it causes. */
  readonly id: string;
  readonly command: BookCommand;
}

export const bookId = 'middlemarch';
const middlemarch = { bookId, title: 'Middlemarch' };

export const plot: readonly Deed[] = [
  on('2026-03-02T09:00Z', 'new-book', { type: 'AddBook', data: middlemarch }),
  on('2026-03-02T09:00Z', 'ada-reserves', { type: 'ReserveBook', data: by('Ada') }),
  on('2026-03-02T14:30Z', 'ben-reserves', { type: 'ReserveBook', data: by('Ben') }),
  on('2026-03-03T10:00Z', 'cora-reserves', { type: 'ReserveBook', data: by('Cora') }),
  on('2026-03-03T16:00Z', 'ben-reserves-twice', { type: 'ReserveBook', data: by('Ben') }),
  // Ada does not come. On Thursday at nine it is Ben's turn.
  on('2026-03-06T17:00Z', 'ben-collects', { type: 'LendBook', data: by('Ben') }),
  on('2026-03-10T11:00Z', 'dan-reserves', { type: 'ReserveBook', data: by('Dan') }),
  on('2026-03-20T09:30Z', 'ben-returns', { type: 'ReturnBook', data: { bookId } }),
  on('2026-03-21T10:00Z', 'dan-is-early', { type: 'LendBook', data: by('Dan') }),
  on('2026-03-22T12:00Z', 'cora-cancels', { type: 'CancelReservation', data: by('Cora') }),
  on('2026-03-24T15:00Z', 'dan-collects', { type: 'LendBook', data: by('Dan') }),
  on('2026-04-07T09:00Z', 'dan-returns', { type: 'ReturnBook', data: { bookId } }),
];

function on(at: string, id: string, command: BookCommand): Deed {
  return { at, id, command };
}

function by(readerId: string) {
  return { bookId, readerId };
}

/** Where each book is, and who waits for it: what hangs on the wall beside the lending desk. */
import { readModel, type } from 'thereupon';
import { book } from './book.ts';
import { collectBy } from './model/collect-by.ts';

export type CatalogueEntry = {
  readonly title: string;
  readonly place: 'shelf' | 'held' | 'lent';
  /** Whom it is held for or lent to. */
  readonly readerId: string | null;
  /** Until when it is held. */
  readonly collectBy: string | null;
  /** The next one first. */
  readonly waiting: readonly string[];
};

export const catalogue = readModel({
  name: 'catalogue',
  version: 1,
  document: type<CatalogueEntry>(),
  from: [book],
  by: (event) => event.data.bookId,
  evolve: {
    BookAdded: (_, { data: { title } }) => ({ title, ...onShelf, waiting: [] }),
    BookReserved: (entry, { data: { readerId } }) =>
      entry && { ...entry, waiting: [...entry.waiting, readerId] },
    BookHeld: (entry, { data: { readerId }, recordedAt }) =>
      entry && {
        ...without(readerId, entry),
        place: 'held',
        readerId,
        collectBy: collectBy(recordedAt),
      },
    ReservationCancelled: (entry, { data }) => entry && without(data.readerId, entry),
    ReservationExpired: (entry, { data }) => entry && without(data.readerId, entry),
    BookLent: (entry, { data: { readerId } }) =>
      entry && { ...entry, place: 'lent', readerId, collectBy: null },
    BookReturned: (entry) => entry && { ...entry, ...onShelf },
  },
});

const onShelf = { place: 'shelf', readerId: null, collectBy: null } as const;

function without(readerId: string, entry: CatalogueEntry): CatalogueEntry {
  const waiting = entry.waiting.filter((other) => other !== readerId);
  const isHers = entry.place === 'held' && entry.readerId === readerId;
  return { ...entry, ...(isHers ? onShelf : {}), waiting };
}

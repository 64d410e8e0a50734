/** All that others may know of lending: that a book waits for a reader, or no longer does. */
import { contract } from 'thereupon';
import { z } from 'zod';

export const BookReadyToCollect = contract('lending.BookReadyToCollect', {
  version: 1,
  schema: z.object({
    bookId: z.string(),
    title: z.string(),
    readerId: z.string(),
    collectBy: z.iso.datetime(),
  }),
  key: (data) => data.bookId,
  documentation:
    'A book was laid aside for a reader. It waits for her until `collectBy`; then it is the turn ' +
    'of the next one.',
});

export const ReservationExpired = contract('lending.ReservationExpired', {
  version: 1,
  schema: z.object({ bookId: z.string(), title: z.string(), readerId: z.string() }),
  key: (data) => data.bookId,
  documentation: 'A reader did not collect the book that was laid aside for her. Her turn is over.',
});

/** All that others may know of booking. */
import { contract } from 'thereupon';
import { z } from 'zod';

const word = z.string().regex(/^[\w-]{1,50}$/);

export const Seat = z.object({ screening: word, seat: word, member: word });

export const SeatBooked = contract('booking.SeatBooked', {
  version: 1,
  schema: Seat,
  key: ({ member }) => member,
  documentation: 'A member has booked a seat. What is told of one member comes in order.',
});

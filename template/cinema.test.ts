import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApplication } from 'thereupon/testing';
import { screening } from './booking/context.ts';
import { cards } from './loyalty/context.ts';
import { contexts } from './thereupon.config.ts';

test('a seat that is booked stamps the card, and every fifth earns a free ticket', async (t) => {
  const app = await testApplication(contexts);
  t.after(() => app.stop());
  const book = (seat: string) =>
    app.handle(screening, 'casablanca', {
      type: 'BookSeat',
      data: { screening: 'casablanca', seat, member: 'ada' },
    });
  for (const seat of ['A1', 'A2', 'A3', 'A4']) await book(seat);

  const session = await app.track(() => book('A5'));

  session.thenOnly(`
    booking: SeatBooked casablanca {"seat":"A5"}
      booking: published booking.SeatBooked
        loyalty: took in booking.SeatBooked
          loyalty: CardStamped ada
          loyalty: FreeTicketEarned ada
  `);
  assert.deepEqual(await app.read(cards).get('ada'), { stamps: 5, freeTickets: 1 });
});

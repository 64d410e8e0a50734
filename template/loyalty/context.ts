/** Loyalty thanks the members who come. All that it knows of booking is a contract. */
import { aggregate, boundedContext, readModel, type, whenever } from 'thereupon';
import { SeatBooked } from '../booking/contracts.ts';
import { decide, evolve, initial } from './card.ts';

export const card = aggregate({ name: 'card', initial, decide, evolve });

const stampCard = whenever('stamp the card', SeatBooked, async (event, { handle }) => {
  const { member } = event.data;
  await handle(card, member, { type: 'StampCard', data: { member } });
});

const empty = { stamps: 0, freeTickets: 0 };

/** What a member sees of the card. It can be built anew from the events at any time. */
export const cards = readModel({
  name: 'cards',
  version: 1,
  document: type<{ stamps: number; freeTickets: number }>(),
  from: [card],
  by: (event) => event.data.member,
  evolve: {
    CardStamped: (seen = empty) => ({ ...seen, stamps: seen.stamps + 1 }),
    FreeTicketEarned: (seen = empty) => ({ ...seen, freeTickets: seen.freeTickets + 1 }),
  },
});

export const loyalty = boundedContext('loyalty', {
  aggregates: [card],
  reactions: [stampCard],
  readModels: [cards],
});

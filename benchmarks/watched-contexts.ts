/** What is watched: each ticket that is stamped is published, and taken in and counted by another context. */
import { aggregate, boundedContext, contract, publish, readModel, type } from 'thereupon';
import { z } from 'zod';

type Event = { type: 'Stamped'; data: { ticketId: string } };

export const ticket = aggregate({
  name: 'ticket',
  initial: { stamps: 0 },
  decide: (command: Event): Event[] => [command],
  evolve: ({ stamps }: { stamps: number }, _event: Event) => ({ stamps: stamps + 1 }),
});

const Stamped = contract('ticketing.Stamped', {
  version: 1,
  schema: z.object({ ticketId: z.string() }),
  key: ({ ticketId }) => ticketId,
});

const stamps = readModel({
  name: 'stamps',
  version: 1,
  document: type<{ count: number }>(),
  from: [Stamped],
  by: ({ data }) => data.ticketId,
  evolve: { 'ticketing.Stamped': (document) => ({ count: (document?.count ?? 0) + 1 }) },
});

export const watchedContexts = [
  boundedContext('ticketing', {
    aggregates: [ticket],
    publishes: [publish(Stamped, ticket, 'Stamped', ({ data }) => data)],
  }),
  boundedContext('counting', { readModels: [stamps] }),
];

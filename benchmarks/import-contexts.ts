/** Who takes in the messages of the benchmark `import`: a context that counts them, and writes nothing else. */
import { boundedContext, contract, whenever } from 'thereupon';
import { z } from 'zod';

const Stamped = contract('ticketing.Stamped', {
  version: 1,
  schema: z.object({
    ticketId: z.string(),
    country: z.string(),
    totalPence: z.number().int(),
    note: z.string(),
  }),
  key: (data) => data.ticketId,
});

export const counted = { messages: 0 };

export const importContexts = [
  boundedContext('ticketing', { publishes: [Stamped] }),
  boundedContext('counting', {
    reactions: [whenever('count', Stamped, () => void (counted.messages += 1))],
  }),
];

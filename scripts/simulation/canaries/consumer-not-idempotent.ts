import type { Canary } from '../canary.ts';

/** An effect charges a card without its idempotency key. */
export const canary: Canary = {
  name: 'a consumer that is not idempotent in its effect',
  simulation: './canaries/handlers/careless-till.ts',
  within: 100,
};

import type { Canary } from '../canary.ts';

/** A handler remembers what it has done in a variable of its module, which a crash forgets. */
export const canary: Canary = {
  name: 'a dedupe kept in a module variable',
  simulation: './canaries/handlers/remembering-till.ts',
  within: 200,
};

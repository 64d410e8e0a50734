/** Which contexts each of so many processes runs. */
import { contexts } from '../contexts.ts';

/** Whose work is the most comes first: of more processes than contexts, these get a second one. */
const BUSIEST = ['inventory', 'ordering', 'fulfilment', 'billing', 'customers', 'catalogue'];

/** Two for each context. */
export const PROCESSES_MAX = 2 * contexts.length;

/**
 * Of fewer processes than contexts some run several, of more some run the same one: from seven on
 * there are two of Inventory.
 */
export function dealContexts(count: number): readonly (readonly string[])[] {
  const names = contexts.map(({ name }) => name);
  const shares = Array.from({ length: Math.min(count, names.length) }, (_, share) =>
    names.filter((_name, index) => index % count === share),
  );
  return [...shares, ...BUSIEST.slice(0, count - shares.length).map((name) => [name])];
}

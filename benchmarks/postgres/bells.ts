/** A bell that rings, and whoever hears it: in the same context, and in another one. */
import { aggregate, boundedContext, contract, happened, publish, whenever } from 'thereupon';
import { z } from 'zod';

type Rang = { readonly type: 'Rang'; readonly data: { readonly ring: number } };
type Ring = { readonly type: 'Ring'; readonly data: { readonly ring: number } };

export function bellsAndEars(onRing: (ring: number) => void) {
  const bell = aggregate({
    name: 'bell',
    initial: { rings: 0 },
    decide: (command: Ring): readonly Rang[] => [{ type: 'Rang', data: command.data }],
    evolve: (state: { readonly rings: number }, event: Rang) =>
      event.type === 'Rang' ? { rings: state.rings + 1 } : state,
  });
  const BellRang = contract('bells.BellRang', {
    version: 1,
    schema: z.object({ ring: z.number() }),
    key: () => 'b-1',
  });
  const bells = boundedContext('bells', {
    aggregates: [bell],
    publishes: [publish(BellRang, bell, 'Rang', (event) => event.data)],
  });
  const ears = boundedContext('ears', {
    reactions: [whenever('listen', BellRang, ({ data }) => onRing(data.ring))],
  });
  /** Bells whose own context hears them. */
  const chimes = boundedContext('chimes', {
    aggregates: [bell],
    reactions: [whenever('hear', happened(bell, 'Rang'), ({ data }) => onRing(data.ring))],
  });
  return { bell, bells, ears, chimes };
}

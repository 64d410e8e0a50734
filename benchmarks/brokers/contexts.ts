import { aggregate, boundedContext, contract, publish, whenever } from 'thereupon';
import { z } from 'zod';

type Rang = {
  readonly type: 'Rang';
  readonly data: { readonly ring: number; readonly text: string };
};

/** A context with a bell, and one that hears it. Its messages have some 200 bytes of data. */
export function bellsAndEars(onRing: (event: { readonly data: Rang['data'] }) => void) {
  const bell = aggregate({
    name: 'bell',
    initial: { rings: 0 },
    decide: (command: { type: 'Ring'; data: Rang['data'] }): readonly Rang[] => [
      { type: 'Rang', data: command.data },
    ],
    evolve: (state: { readonly rings: number }, event: Rang) =>
      event.type === 'Rang' ? { rings: state.rings + 1 } : state,
  });
  const BellRang = contract('bells.BellRang', {
    version: 1,
    schema: z.object({ ring: z.number(), text: z.string() }),
    key: ({ ring }) => `b-${ring % KEYS}`,
  });
  const bells = boundedContext('bells', {
    aggregates: [bell],
    publishes: [publish(BellRang, bell, 'Rang', (event) => event.data)],
  });
  const ears = boundedContext('ears', {
    reactions: [whenever(LISTENING, BellRang, onRing, { startFrom: 'beginning' })],
  });
  return { bell, BellRang, bells, ears };
}

/** What hears the bell. */
export const LISTENING = 'listen';
/** So many bells ring. */
export const KEYS = 1_000;

/** The data of one ring: 200 bytes of JSON. */
export function ringOf(ring: number): Rang['data'] {
  const text = 'x'.repeat(200 - JSON.stringify({ ring, text: '' }).length);
  return { ring, text };
}

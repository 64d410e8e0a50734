import type { Canary } from '../canary.ts';

/** Records are dealt by their own id in place of their key: no order is left within a key. */
export const canary: Canary = {
  name: 'dealing by the wrong key',
  simulation: 'lines',
  within: 100,
  breaks: [
    {
      file: 'src/reaction/reaction-subscription.ts',
      from: 'if (by === undefined) return (_, stored) => [stored.key];',
      to: 'if (by === undefined) return (_, stored) => [stored.id];',
    },
  ],
};

/** A till that remembers in a variable whom it has charged; no answer is lost but by a crash. */
import type { Simulation } from '../../../../src/testing/simulator/simulation.ts';
import { type Cards, simulation as careless } from './careless-till.ts';

export const simulation: Simulation<{ cards: Cards }> = {
  ...careless,
  name: 'A till with a memory',
  contexts: () => import('./remembering.ts').then(({ contexts }) => contexts),
  faults: { 'outside-answer-lost': false, 'stuck-handler': false },
};

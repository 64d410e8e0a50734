import type { Rates } from '../fault-plan.ts';

/**
 * What may go wrong with the outside, of which there are few calls, and each of them counts: money
 * moves, and whoever asked for it does not hear of it.
 */
export const OUTSIDE_RATES: Rates = [
  ['crash-before', 0.01],
  ['crash-after', 0.03],
  ['outside-failed', 0.05],
  ['outside-answer-lost', 0.05],
  ['slow-call', 0.02],
];

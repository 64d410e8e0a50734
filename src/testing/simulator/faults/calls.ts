import type { Rates } from '../fault-plan.ts';

/**
 * What may go wrong with a call of a store or a backbone: the process ends before it or after it,
 * it fails, its answer is lost, it is slow. The chances are small, since a run makes thousands.
 */
export const CALL_RATES: Rates = [
  ['crash-before', 0.0003],
  ['crash-after', 0.0003],
  ['call-failed', 0.0015],
  ['answer-lost', 0.0015],
  ['slow-call', 0.002],
];

/**
 * A commit, where it counts most what somebody believes of it; and its owner may be its owner no
 * longer.
 */
export const COMMIT_RATES: Rates = [
  ['crash-before', 0.0015],
  ['crash-after', 0.003],
  ['call-failed', 0.003],
  ['answer-lost', 0.004],
  ['slow-call', 0.002],
  ['lost-lease', 0.001],
];

/** A call that nobody repeats, as it belongs to a start or a stop: the process may end there. */
export const CRASH_RATES: Rates = [
  ['crash-before', 0.005],
  ['crash-after', 0.005],
  ['slow-call', 0.005],
];

import { type Randomness, fraction } from '../host/randomness.ts';

/** How often, and how far apart, a failing record is tried again before it is parked. */
export interface RetryPolicy {
  /** Attempts in all, the first included. Default 8. */
  readonly attemptsMax: number;
  /** The wait after the first failure, in milliseconds; doubles each time. Default 50. */
  readonly firstDelayMs: number;
  /** No wait is longer, in milliseconds. Default 60,000. */
  readonly delayMsMax: number;
}

export const RETRY_POLICY: RetryPolicy = {
  attemptsMax: 8,
  firstDelayMs: 50,
  delayMsMax: 60_000,
};

/**
 * The wait before the next attempt: exponential, with "equal jitter" (half of it fixed, half by
 * chance), so that what failed together does not come back together.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempts: number,
  randomness: Randomness,
): number {
  const full = Math.min(policy.delayMsMax, policy.firstDelayMs * 2 ** Math.max(0, attempts - 1));
  return Math.round(full / 2 + (full / 2) * fraction(randomness));
}

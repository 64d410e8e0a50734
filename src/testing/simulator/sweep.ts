import { SWEEP_WAYS } from './chosen-faults.ts';
import type { RunResult } from './one-run.ts';
import type { RunOnce } from './shrink.ts';

/**
 * Exhausts a run instead of trusting to chance: fails at the first call of a port, at the second,
 * at the third, in each way, until a run goes through untouched because it makes no more calls.
 * Yields each run; whoever takes them stops at the first that fails.
 */
export async function* sweep(
  runOnce: RunOnce,
  seed: number,
  every: { readonly of: number; readonly nth: number } = { of: 1, nth: 0 },
): AsyncGenerator<RunResult> {
  for (let nth = 1 + every.nth; ; nth += every.of) {
    let calls = 0;
    for (const way of SWEEP_WAYS) {
      const result = await runOnce({ seed, call: { nth, way } });
      calls = Math.max(calls, result.calls);
      yield result;
      if (result.failure !== undefined) return;
    }
    if (calls < nth) return;
  }
}

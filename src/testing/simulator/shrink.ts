import { strikeName, strikeNamed } from './chosen-faults.ts';
import type { RunPlan, RunResult } from './one-run.ts';

/** So many runs are made, at most, to find a smaller one that fails. */
const TRIES_MAX = 400;

export type RunOnce = (
  plan: RunPlan,
  options?: { readonly isKept?: boolean },
) => Promise<RunResult>;

/**
 * Finds a run that fails in the same way with as few faults, and then as few steps, as can be left:
 * takes away halves, quarters and so on, and keeps whatever still fails.
 */
export async function shrink(runOnce: RunOnce, failed: RunResult): Promise<RunResult> {
  let tries = 0;
  let best = failed;
  const stillFails = async (plan: RunPlan): Promise<boolean> => {
    if (tries >= TRIES_MAX) return false;
    tries += 1;
    const result = await runOnce(plan);
    if (!isSameFailure(result.failure, failed.failure)) return false;
    best = result;
    return true;
  };
  const { seed } = failed.plan;
  let steps = failed.plan.steps ?? failed.steps.map((_, index) => index);
  let strikes: readonly string[] = failed.strikes.map(strikeName);
  for (let before = ''; before !== strikes.join() + steps.join();) {
    before = strikes.join() + steps.join();
    strikes = await fewest(strikes, (some) => stillFails({ seed, strikes: some, steps }));
    steps = await fewest(steps, (some) => stillFails({ seed, strikes, steps: some }));
    strikes = await earliest(strikes, (some) => stillFails({ seed, strikes: some, steps }));
  }
  return runOnce(best.plan, { isKept: true });
}

/** The few of a list with which something still holds, found by leaving out ever smaller parts. */
async function fewest<T>(
  list: readonly T[],
  holds: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let left = list;
  if (left.length > 0 && (await holds([]))) return [];
  for (
    let part = Math.ceil(left.length / 2);
    part >= 1;
    part = part === 1 ? 0 : Math.ceil(part / 2)
  ) {
    for (let from = 0; from < left.length;) {
      const without = [...left.slice(0, from), ...left.slice(from + part)];
      if (without.length < left.length && (await holds(without))) left = without;
      else from += part;
    }
  }
  return left;
}

/** The same faults at earlier calls, so that fewer steps need to come before them. */
async function earliest(
  strikes: readonly string[],
  holds: (some: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  let left = strikes;
  for (const [index, strike] of strikes.entries()) {
    const { place, nth, kind } = strikeNamed(strike);
    for (const earlier of new Set([1, Math.ceil(nth / 2), nth - 1])) {
      if (earlier < 1 || earlier >= nth) continue;
      const moved = left.with(index, strikeName({ place, nth: earlier, kind }));
      if (!(await holds(moved))) continue;
      left = moved;
      break;
    }
  }
  return left;
}

function isSameFailure(one: Error | undefined, other: Error | undefined): boolean {
  return one !== undefined && other !== undefined && signature(one) === signature(other);
}

/** What fails, whatever the figures in its message. */
function signature(error: Error): string {
  const { code, invariant } = error as { code?: unknown; invariant?: unknown };
  return `${error.name} ${String(code)} ${String(invariant)}`;
}

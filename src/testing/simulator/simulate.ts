import type { FaultKind } from './fault-kinds.ts';
import { type RunPlan, type RunResult, oneRun } from './one-run.ts';
import { failureText } from './report.ts';
import { type RunOnce, shrink } from './shrink.ts';
import type { Simulation } from './simulation.ts';

/** So many seeds are run when nothing is said. */
const SEEDS = 100;

/** How much is simulated. */
export interface SimulateOptions {
  /** How many seeds, from 1 on, or the first and the last one. Default 100. */
  readonly seeds?: number | readonly [first: number, last: number];
  /** One run only, as a failure names it. */
  readonly plan?: RunPlan;
  /** Called after each run, for whoever shows how far it is. */
  readonly onRun?: (result: RunResult) => void;
}

/** What a simulation that has not failed was made of. */
export interface SimulationReport {
  readonly runs: number;
  /** How often each kind of fault happened. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly commits: number;
  readonly turns: number;
  /** Of each run, by its seed: the same seed gives the same hash. */
  readonly hashes: ReadonlyMap<number, string>;
}

/**
 * Runs contexts again and again, each time by another seed, while all goes wrong that can: crashes
 * at every call, lost answers, duplicates, other orders, slow and stuck handlers. The core, the
 * contexts and their handlers are the real ones; time, stores and the broker are simulated.
 *
 * @throws {SimulationFailedError} at the first seed that breaks an invariant or does not settle,
 *   with the shortest history found and how to run it again.
 * @example
 * await simulate({
 *   contexts: () => [ordering, billing],
 *   workload: () => [
 *     {
 *       name: 'place o-1',
 *       work: (app) =>
 *         app.handle(order, 'o-1', { type: 'PlaceOrder', data }, { commandId: 'place o-1' }),
 *     },
 *   ],
 *   invariants: {},
 *   seeds: 50,
 * });
 */
export async function simulate<Outside extends object>(
  simulation: Simulation<Outside> & SimulateOptions,
): Promise<SimulationReport> {
  const name = simulation.name ?? 'The simulation';
  const runOnce: RunOnce = (plan, options) =>
    oneRun(simulation as unknown as Simulation, plan, options);
  const tally = new Tally();
  for (const plan of plansOf(simulation)) {
    const result = await runOnce(plan);
    tally.add(result);
    simulation.onRun?.(result);
    if (result.failure === undefined) continue;
    const smallest = await shrink(runOnce, result);
    throw new SimulationFailedError(name, result, smallest);
  }
  return tally;
}

function* plansOf({ seeds = SEEDS, plan }: SimulateOptions): Generator<RunPlan> {
  if (plan !== undefined) return yield plan;
  const [first, last] = typeof seeds === 'number' ? [1, seeds] : seeds;
  for (let seed = first; seed <= last; seed += 1) yield { seed };
}

class Tally implements SimulationReport {
  readonly faults = new Map<FaultKind, number>();
  readonly hashes = new Map<number, string>();
  runs = 0;
  commits = 0;
  turns = 0;

  add(result: RunResult): void {
    this.runs += 1;
    this.commits += result.commits;
    this.turns += result.turns;
    this.hashes.set(result.plan.seed, result.hash);
    for (const { kind } of result.strikes) this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }
}

/** A seed was found with which an invariant does not hold, or not everything settles. */
export class SimulationFailedError extends Error {
  override readonly name = 'SimulationFailedError';
  readonly code = 'simulation-failed';
  readonly retryable = false;
  readonly seed: number;
  /** The smallest run found that fails: give it to `simulate` as `plan`. */
  readonly plan: RunPlan;

  constructor(name: string, found: RunResult, smallest: RunResult) {
    super(failureText(name, found, smallest), { cause: smallest.failure ?? found.failure });
    this.seed = found.plan.seed;
    this.plan = smallest.plan;
  }
}

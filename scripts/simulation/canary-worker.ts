/** One thread that looks for one canary: breaks the sources first, and loads them then. */
import { parentPort, workerData } from 'node:worker_threads';
import type { oneRun as OneRun } from '../../src/testing/simulator/one-run.ts';
import type { Simulation } from '../../src/testing/simulator/simulation.ts';
import { breakSources } from './break-sources.ts';
import type { Canary } from './canary.ts';

export type CanaryWork = {
  readonly breaks: Canary['breaks'];
  readonly module: string;
  readonly within: number;
  readonly trials: number;
  /** Where the random seeds begin. */
  readonly from: number;
};

/** After how many seeds each trial found it, and what it found first; undefined for never. */
export type CanaryTold = {
  readonly needed: readonly (number | undefined)[];
  readonly found: string | undefined;
};

const { breaks = [], module, within, trials, from } = workerData as CanaryWork;
breakSources(breaks);
const core = new URL('../../src/testing/simulator/one-run.ts', import.meta.url).href;
const { oneRun } = (await import(core)) as { oneRun: typeof OneRun };
const { simulation } = (await import(module)) as { simulation: Simulation };

let found: string | undefined;
const needed: (number | undefined)[] = [];
for (let trial = 0; trial < trials; trial += 1)
  needed.push(await seedsNeeded(from + trial * 10_000));
parentPort?.postMessage({ needed, found } satisfies CanaryTold);

async function seedsNeeded(first: number): Promise<number | undefined> {
  for (let count = 1; count <= within; count += 1) {
    const { failure } = await oneRun(simulation, { seed: first + count });
    if (failure === undefined) continue;
    found ??= failure.message.split('\n')[0];
    return count;
  }
  return undefined;
}

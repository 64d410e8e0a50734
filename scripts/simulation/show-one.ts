/** One run, with all that happened in it. */
import { failureText, timelineOf } from '../../src/testing/simulator/report.ts';
import { oneRun } from '../../src/testing/simulator/one-run.ts';
import type { Simulation } from '../../src/testing/simulator/simulation.ts';
import type { SimulateOptions } from './command-line.ts';

/** Answers whether it did not fail. */
export async function showOne({ module, plan }: SimulateOptions): Promise<boolean> {
  const { simulation } = (await import(module)) as { simulation: Simulation };
  const result = await oneRun(simulation, plan, { isKept: true });
  if (result.failure === undefined) {
    for (const line of timelineOf(result.timeline)) console.log(line);
    console.log(`\n${result.deployment}\nhash: ${result.hash}\nNothing failed.`);
    return true;
  }
  console.log(failureText(simulation.name ?? module, result, result));
  console.log(`hash: ${result.hash}`);
  return false;
}

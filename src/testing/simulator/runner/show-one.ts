import { oneRun } from '../one-run.ts';
import { failureText, timelineOf } from '../report.ts';
import {
  type Ended,
  type RunnerSurroundings,
  type SimulationRequest,
  runAgain,
  simulationIn,
} from './request.ts';
import type { RunPlan } from '../one-run.ts';

/** One run, with all that happened in it. */
export async function showOne(
  { module, command }: SimulationRequest,
  plan: RunPlan,
  { out }: RunnerSurroundings,
): Promise<Ended> {
  const simulation = await simulationIn(module);
  const result = await oneRun(simulation, plan, { isKept: true });
  if (result.failure === undefined) {
    out(`${timelineOf(result.timeline).join('\n')}\n\nIt ran ${result.deployment}.\n`);
    out(`hash: ${result.hash}\nNothing failed.\n`);
    return 'fine';
  }
  const again = (failed: RunPlan): string => runAgain(command, failed);
  out(`${failureText(simulation.name ?? module, result, result, again)}\n`);
  out(`hash: ${result.hash}\n`);
  return 'failed';
}

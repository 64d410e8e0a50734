import { jsonDocument } from '../../../telemetry/safe-text.ts';
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
  { module, command, asJson }: SimulationRequest,
  plan: RunPlan,
  { out }: RunnerSurroundings,
): Promise<Ended> {
  const simulation = await simulationIn(module);
  const result = await oneRun(simulation, plan, { isKept: true });
  const again = (failed: RunPlan): string => runAgain(command, failed);
  const failure =
    result.failure === undefined
      ? null
      : failureText(simulation.name ?? module, result, result, again);
  if (asJson) {
    const ended: Ended = failure === null ? 'fine' : 'failed';
    const { hash, deployment } = result;
    const told = { ended, hash, deployment, timeline: timelineOf(result.timeline), failure };
    out(`${jsonDocument(told)}\n`);
    return ended;
  }
  if (failure === null) {
    out(`${timelineOf(result.timeline).join('\n')}\n\nIt ran ${result.deployment}.\n`);
    out(`hash: ${result.hash}\nNothing failed.\n`);
    return 'fine';
  }
  out(`${failure}\n`);
  out(`hash: ${result.hash}\n`);
  return 'failed';
}

/**
 * One thread that simulates: it asks for seeds until there are none left, and tells what came of
 * each. A seed that fails is made smaller before it is told.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FaultKind } from '../fault-kinds.ts';
import { type RunResult, oneRun } from '../one-run.ts';
import { failureText } from '../report.ts';
import { type RunOnce, shrink } from '../shrink.ts';
import { sweep } from '../sweep.ts';
import { runAgain, simulationIn } from './request.ts';

/** What a thread begins with. */
export type Work = {
  readonly module: string;
  /** The command that asks for the same simulation. */
  readonly command: string;
  /** A module that breaks something before the simulation is loaded. */
  readonly canary?: string;
  /** Each thread sweeps over its own part of the calls. */
  readonly sweep?: { readonly seed: number; readonly of: number; readonly nth: number };
  /** Whether a failing seed is made smaller. */
  readonly isShrinking: boolean;
};

/** Seeds to run, or the end. */
export type Asked = { readonly first: number; readonly last: number } | 'end';

/** What came of some runs. */
export type Told = {
  readonly runs: readonly Run[];
  /** A seed that fails, which is made smaller now. */
  readonly failing?: number;
  /** Of the first that failed. */
  readonly failure?: string;
  readonly memoryBytes: number;
};

export type Run = {
  readonly seed: number;
  readonly hash: string;
  readonly failed: boolean;
  readonly turns: number;
  readonly commits: number;
  readonly faults: Partial<Record<FaultKind, number>>;
};

const work = workerData as Work;
if (work.canary !== undefined) await import(work.canary);
const simulation = await simulationIn(work.module);
const runOnce: RunOnce = (plan, options) => oneRun(simulation, plan, options);

if (work.sweep === undefined) {
  parentPort?.on('message', (asked: Asked) => {
    if (asked === 'end') parentPort?.close();
    else void runAll(asked);
  });
  tell({ runs: [] });
} else {
  const { seed, of, nth } = work.sweep;
  for await (const result of sweep(runOnce, seed, { of, nth })) {
    await tellOf([result]);
    if (result.failure !== undefined) break;
  }
}

async function runAll({ first, last }: { first: number; last: number }): Promise<void> {
  const results: RunResult[] = [];
  for (let seed = first; seed <= last; seed += 1) {
    const result = await runOnce({ seed });
    results.push(result);
    if (result.failure !== undefined) break;
  }
  await tellOf(results);
}

async function tellOf(results: readonly RunResult[]): Promise<void> {
  const failed = results.find((result) => result.failure !== undefined);
  if (failed === undefined) return tell({ runs: results.map(runOf) });
  if (work.isShrinking) tell({ runs: [], failing: failed.plan.seed });
  const failure = await textOf(failed);
  tell({ runs: results.map(runOf), failure });
}

function tell(told: Omit<Told, 'memoryBytes'>): void {
  parentPort?.postMessage({ ...told, memoryBytes: process.memoryUsage().heapUsed } satisfies Told);
}

async function textOf(failed: RunResult): Promise<string> {
  const smallest = work.isShrinking ? await shrink(runOnce, failed) : failed;
  return failureText(simulation.name ?? work.module, failed, smallest, (plan) =>
    runAgain(work.command, plan),
  );
}

function runOf(result: RunResult): Run {
  const faults: Partial<Record<FaultKind, number>> = {};
  for (const { kind } of result.strikes) faults[kind] = (faults[kind] ?? 0) + 1;
  const { hash, turns, commits, plan, failure } = result;
  return { seed: plan.seed, hash, failed: failure !== undefined, turns, commits, faults };
}

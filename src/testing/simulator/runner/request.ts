import type { RunPlan } from '../one-run.ts';
import type { Simulation } from '../simulation.ts';

/** What is to be simulated, and how much of it. */
export interface SimulationRequest {
  /** The address of a module that exports `simulation`: each thread loads it for itself. */
  readonly module: string;
  readonly first: number;
  /** Infinity when only time or a failure ends it. */
  readonly last: number;
  readonly minutes: number;
  /** Fails each call of the run of the first seed in turn. */
  readonly isSweep: boolean;
  /** A kind of fault that never happened makes it fail: what did not happen proves nothing. */
  readonly everyFault: boolean;
  /** One run only, with all that happens in it. */
  readonly plan: RunPlan | undefined;
  readonly workers: number;
  /** The result is told as JSON. */
  readonly asJson: boolean;
  /** The command that asks for the same simulation: a failure names it. */
  readonly command: string;
}

/** Where a runner writes to. */
export interface RunnerSurroundings {
  readonly out: (text: string) => void;
  /** What it is about to do. */
  readonly err: (text: string) => void;
  /** Shows how many runs have ended, of so many; of Infinity when a failure or time ends it. */
  readonly progress: (total: number) => RunnerProgress;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** How far it is, for whoever waits. */
export interface RunnerProgress {
  update(done: number): void;
  /** Makes room for text; what is told afterwards shows it again. */
  end(): void;
}

/** How it ended. */
export type Ended = 'fine' | 'failed' | 'interrupted';

/** Where seeds begin that are not run each time: another place each time. */
export function otherSeeds(): number {
  return 1 + (Date.now() % 1_000_000);
}

/** What a module exports as `simulation`. */
export async function simulationIn(module: string): Promise<Simulation> {
  const { simulation } = (await import(module)) as { simulation?: Simulation };
  const { contexts, workload, invariants } = simulation ?? {};
  if (typeof contexts === 'function' && typeof workload === 'function' && invariants !== undefined)
    return simulation as Simulation;
  throw new NoSimulationError(module);
}

/** A module exports nothing that can be simulated. */
export class NoSimulationError extends Error {
  override readonly name = 'NoSimulationError';
  readonly code = 'no-simulation';
  readonly retryable = false;

  constructor(module: string) {
    super(
      `${module} exports no "simulation" with contexts, a workload and invariants. Export one: ` +
        `export const simulation: Simulation = { … }.`,
    );
  }
}

/** The words that run it again; single quotes, since JSON has double ones. */
export function runAgain(command: string, plan: RunPlan): string {
  return `${command} --plan '${JSON.stringify(plan).replaceAll("'", String.raw`'\''`)}'`;
}

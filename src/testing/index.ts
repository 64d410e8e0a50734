/** The door of `thereupon/testing`: what tests are written with, in any runner. */
export { faultyLog, faultyStore } from './faulty-log.ts';
export { type Fault, Faults, InjectedFaultError, everyFault } from './faults.ts';
export { ExpectationError } from './expectation-error.ts';
export { given } from './given.ts';
export type { Decided, Decider, GivenEvents } from './given-decider.ts';
export type { GivenFact } from './given-fact.ts';
export type { GivenProcess, Reacted } from './given-process.ts';
export type { GivenFacts } from './given-read-model.ts';
export { NoTimerError, testApplication } from './test-application.ts';
export type { TestApplication, TestOptions } from './test-application.ts';
export type { Story } from './story.ts';
export type { TrackedSession } from './tracked-session.ts';
export { NotInTestTimeError, TimeStandsStillError } from './test-time.ts';
export { SimulationFailedError, simulate } from './simulator/simulate.ts';
export type { SimulateOptions, SimulationReport } from './simulator/simulate.ts';
export type {
  Simulation,
  SimulatedApplication,
  SimulatedBackboneName,
  Invariants,
  SeenWorld,
  SettledWorld,
  Step,
  WorkloadChance,
} from './simulator/simulation.ts';
export type { FaultKind } from './simulator/fault-kinds.ts';
export { ForeignWaitError } from './simulator/foreign-waits.ts';
export { HiddenSourceError } from './simulator/hidden-source.ts';
export { InvariantBrokenError } from './simulator/invariant-broken.ts';
export type { RunPlan, RunResult } from './simulator/one-run.ts';
export type { SimulatedRecord } from './simulator/records.ts';

import { type ProcessInstance, currentInstance, instancesOf } from '../process/process-instance.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { deepFreeze } from '../message/json.ts';
import type { RunningContext } from './running-context.ts';

/** One process that goes on, as it is committed. */
export interface ProcessView<State> {
  readonly state: State;
  /** The id of the record that started it. */
  readonly startedBy: string;
  /** When its timers are due, by name; ISO 8601, UTC. */
  readonly timers: Readonly<Record<string, string>>;
}

export async function viewProcess<State>(
  { log }: RunningContext,
  process: ProcessManager<string, State>,
  key: string,
): Promise<ProcessView<State> | undefined> {
  const text = await log.document(instancesOf(process), key);
  if (text === undefined) return undefined;
  const stored = deepFreeze(JSON.parse(text) as ProcessInstance);
  const { state, startedBy, timers } = currentInstance(process, stored);
  return {
    state: state as State,
    startedBy,
    timers: Object.fromEntries(
      Object.entries(timers).map(([name, { due }]) => [name, new Date(due).toISOString()]),
    ),
  };
}

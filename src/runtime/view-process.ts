import { type ProcessInstance, currentInstance, instancesOf } from '../process/process-instance.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { timerKey } from '../process/timer-row.ts';
import { deepFreeze } from '../message/json.ts';
import type { RunningContext } from './running-context.ts';

/** More timers has no process: each has a name in the code. */
const TIMERS_MAX = 10_000;

/** One process that goes on, as it is committed. */
export interface ProcessView<State> {
  readonly state: State;
  /** The id of the record that started it. */
  readonly startedBy: string;
  /** When its timers are due that are set and have not fired, by name; ISO 8601, UTC. */
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
  // A person may have let one fire, or taken it away: the process does not hear of what never comes.
  const place = { key: timerKey(process.name, key), kinds: ['timer' as const] };
  const rows = await log.waiting({ ...place, limit: TIMERS_MAX });
  const waiting = new Set(rows.map(({ recordId }) => recordId));
  return {
    state: state as State,
    startedBy,
    timers: Object.fromEntries(
      Object.entries(timers)
        .filter(([, { id }]) => waiting.has(id))
        .map(([name, { due }]) => [name, new Date(due).toISOString()]),
    ),
  };
}

import type { Vocabulary } from '../context/vocabulary.ts';
import type { LogReader } from '../log/log.ts';
import { type ProcessInstance, instancesOf } from '../process/process-instance.ts';
import type { ProcessManager } from '../process/process-manager.ts';
import { nameText } from '../telemetry/safe-text.ts';
import type { OpenLog } from './open-logs.ts';
import { QuestionError } from './question-error.ts';
import { timersStillSet } from './timers-still-set.ts';

/** At most so many instances of each process manager are told of. */
export const INSTANCES_MAX = 500;

/** The process managers of some contexts, and what goes on of each. */
export interface ProcessesFound {
  readonly managers: readonly ManagerFound[];
}

export interface ManagerFound {
  readonly context: string;
  readonly process: string;
  /** What begins one, and which timers it sets. */
  readonly startedBy: readonly string[];
  readonly timers: readonly string[];
  /** Whether they go by the clock, or by the time that the application says. */
  readonly time: 'clock' | 'business';
  /** How many go on. */
  readonly count: number;
  /** By key, at most 500 of them. */
  readonly instances: readonly FoundInstance[];
  /** True: there are more than are told of. */
  readonly isCut: boolean;
}

export interface FoundInstance {
  readonly key: string;
  /** The id of the record that started it. */
  readonly startedBy: string;
  readonly stateVersion: number;
  /** Null when it is not shown. */
  readonly state: unknown;
  /** It may hold what is personal in the events that it was made of. */
  readonly isHidden: boolean;
  /** When its timers are due that are set and have not fired, by name. */
  readonly timers: Readonly<Record<string, string>>;
}

/** Which instances are asked for. */
export interface ProcessesQuestion {
  readonly process?: string | undefined;
  /** Only the one of this key. */
  readonly key?: string | undefined;
}

/**
 * The process managers of some logs, and their instances.
 *
 * @throws {QuestionError} when there is none of that name.
 */
export async function foundProcesses(
  logs: readonly OpenLog[],
  { process, key }: ProcessesQuestion,
): Promise<ProcessesFound> {
  const all = logs.flatMap((open) => open.context.processes.map((manager) => ({ open, manager })));
  const chosen = all.filter(({ manager }) => process === undefined || manager.name === process);
  if (process !== undefined && chosen.length === 0) throw noSuch(process, all);
  const managers = await Promise.all(
    chosen.map(({ open, manager }) => managerFound(open, manager, key)),
  );
  return { managers };
}

async function managerFound(
  { name, log, vocabulary }: OpenLog,
  manager: ProcessManager,
  key: string | undefined,
): Promise<ManagerFound> {
  const model = instancesOf(manager);
  const isHidden = mayHoldPersonal(vocabulary, manager);
  const found = await (key === undefined ? firstOnes(log, model) : theOne(log, model, key));
  const stored = found
    .slice(0, INSTANCES_MAX)
    .map(([of, text]) => [of, JSON.parse(text) as ProcessInstance] as const);
  const set = stored.flatMap(([, { timers }]) => Object.values(timers));
  const stillSet = await timersStillSet(log, set);
  return {
    context: name,
    process: manager.name,
    startedBy: manager.startedBy,
    timers: manager.timers,
    time: manager.time,
    count: await log.countDocuments(model, []),
    instances: stored.map(([of, instance]) => ({
      ...foundInstance(of, instance, isHidden),
      timers: dueTimes(instance, stillSet),
    })),
    isCut: found.length > INSTANCES_MAX,
  };
}

async function firstOnes(
  log: LogReader,
  model: string,
): Promise<readonly (readonly [string, string])[]> {
  const documents = await log.findDocuments(model, { where: [], limit: INSTANCES_MAX + 1 });
  return documents.map(({ key, text }) => [key, text] as const);
}

async function theOne(
  log: LogReader,
  model: string,
  key: string,
): Promise<readonly (readonly [string, string])[]> {
  const text = await log.document(model, key);
  return text === undefined ? [] : [[key, text]];
}

function foundInstance(
  key: string,
  { startedBy, stateVersion, state }: ProcessInstance,
  isHidden: boolean,
): Omit<FoundInstance, 'timers'> {
  return { key, startedBy, stateVersion, state: isHidden ? null : state, isHidden };
}

function dueTimes(
  { timers }: ProcessInstance,
  stillSet: ReadonlySet<string>,
): FoundInstance['timers'] {
  const due = Object.entries(timers)
    .filter(([, { id }]) => stillSet.has(id))
    .map(([name, set]) => [name, new Date(set.due).toISOString()]);
  return Object.fromEntries(due) as Record<string, string>;
}

/** What is personal in its events it may have put anywhere in its state. */
function mayHoldPersonal(
  { aggregates, contracts }: Vocabulary,
  { sources }: ProcessManager,
): boolean {
  return sources.some((source) => {
    if (source.kind === 'contract') return (contracts.get(source.name)?.personal ?? []).length > 0;
    if (source.kind !== 'domain') return false;
    return (aggregates.get(source.aggregate.name)?.personal[source.type] ?? []).length > 0;
  });
}

function noSuch(
  process: string,
  all: readonly { readonly manager: ProcessManager }[],
): QuestionError {
  const names = all.map(({ manager }) => nameText(manager.name)).join(', ');
  return new QuestionError(
    'nothing-found',
    `There is no process manager ${JSON.stringify(process)}. There are: ${names || 'none'}.`,
  );
}

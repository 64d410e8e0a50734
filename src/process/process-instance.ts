import type { Unit } from '../context/unit.ts';
import type { LogReader } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import { deepFreeze } from '../message/json.ts';
import { assertJson } from '../message/payload.ts';
import type { ProcessManager } from './process-manager.ts';

/**
 * One running process, as it is stored: a document of its process manager by its key. It is there
 * from the event that starts it until it completes. Only the owner of its key's range writes it,
 * under that range's fence, so it needs no version of its own.
 */
export interface ProcessInstance {
  /** The id of the record that started it. */
  readonly startedBy: string;
  readonly stateVersion: number;
  readonly state: unknown;
  /** The timers that are set, by name. Another id than that of a fired one: it was moved since. */
  readonly timers: Readonly<Record<string, SetTimer>>;
}

/** A timer that is set: the record that it becomes will have this id. */
export interface SetTimer {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly due: number;
}

const MARK = ' (process)';

/** Under this name its instances are stored. A read model's ends in its version. */
export function instancesOf(process: { readonly name: string }): string {
  return process.name + MARK;
}

/** Whether documents of this name are process instances, whoever knows them. */
export function holdsInstances(model: string): boolean {
  return model.endsWith(MARK);
}

/** A process as it is stored, seen through what a unit of work has collected of it. */
export async function readInstance(
  process: ProcessManager,
  key: string,
  unit: Unit,
  log: LogReader,
): Promise<ProcessInstance | undefined> {
  const model = instancesOf(process);
  const collected = unit.instances.get(model, key);
  if (collected !== undefined) return (collected as ProcessInstance | null) ?? undefined;
  const text = await log.document(model, key);
  return text === undefined ? undefined : deepFreeze(JSON.parse(text) as ProcessInstance);
}

export function newInstance(process: ProcessManager, { id }: StoredRecord): ProcessInstance {
  const { initial: state, stateVersion } = process;
  return { startedBy: id, stateVersion, state, timers: {} };
}

/** A stored instance, with its state as the code of today knows it. */
export function currentInstance(process: ProcessManager, stored: ProcessInstance): ProcessInstance {
  const { stateVersion, upgradeState, name } = process;
  if (stored.stateVersion === stateVersion) return stored;
  if (stored.stateVersion > stateVersion || upgradeState === undefined)
    throw new ProcessStateVersionError(name, stored.stateVersion, stateVersion);
  const state: unknown = deepFreeze(upgradeState(stored.state, stored.stateVersion));
  assertState(name, state);
  return { ...stored, stateVersion, state };
}

/** @throws {PayloadNotJsonError} unless it is something that JSON can say. */
export function assertState(process: string, state: unknown): void {
  const what = (): string => `The state of a process of ${JSON.stringify(process)}`;
  assertJson(what, state);
}

/** A process was stored with a state that the code does not know how to read. */
export class ProcessStateVersionError extends Error {
  override readonly name = 'ProcessStateVersionError';
  readonly code = 'process-state-version';
  readonly retryable = false;
  readonly process: string;
  readonly stored: number;
  readonly known: number;

  constructor(process: string, stored: number, known: number) {
    super(
      `A process of ${JSON.stringify(process)} has a state of version ${stored}, the code knows ` +
        `${known}. ` +
        (stored > known
          ? 'Run the newer release again, then redrive.'
          : 'Give the process manager an upgradeState, then redrive.'),
    );
    this.process = process;
    this.stored = stored;
    this.known = known;
  }
}

import type { BoundedContext } from '../context/bounded-context.ts';
import { type Vocabulary, vocabularyOf } from '../context/vocabulary.ts';
import type { LogReader } from '../log/log.ts';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { chosenContexts } from './chosen-contexts.ts';
import { QuestionError } from './question-error.ts';
import { nothingPersonal } from './what-is-personal.ts';
import { nameText } from '../telemetry/safe-text.ts';

/** One context's log, open to read, and what its records mean. */
export interface OpenLog {
  readonly name: string;
  readonly context: BoundedContext;
  readonly vocabulary: Vocabulary;
  readonly log: LogReader;
}

/** What questions are asked of: an application's configuration, and what of it may be shown. */
export interface Inspected extends ThereuponConfig {
  /** Whoever asks may see what is personal. Default: it is masked. */
  readonly seesPersonal?: boolean;
}

/** Logs that are open, until they are closed. */
export interface OpenLogs {
  readonly logs: readonly OpenLog[];
  readonly close: () => Promise<void>;
}

/**
 * Opens the logs of all contexts, or of one, to read only: beside a running application, or
 * without one. They are closed when `work` has ended.
 */
export async function withLogs<T>(
  inspected: Inspected,
  only: string | undefined,
  work: (logs: readonly OpenLog[]) => Promise<T>,
): Promise<T> {
  const { logs, close } = await openLogs(inspected, only);
  try {
    return await work(logs);
  } finally {
    await close();
  }
}

/** The same, for whoever closes them. */
export async function openLogs(
  { contexts, ...inspected }: Inspected,
  only: string | undefined,
): Promise<OpenLogs> {
  const logs: OpenLog[] = [];
  try {
    for (const context of chosenContexts(contexts, only))
      logs.push(await openLog(inspected, context));
    return { logs, close: () => closeAll(logs) };
  } catch (error) {
    await closeAll(logs);
    throw error;
  }
}

/** Logs that are open, and the contexts whose log cannot be read, with why. */
export interface ReadableLogs extends OpenLogs {
  readonly unreadable: ReadonlyMap<string, unknown>;
}

/** Opens what of all contexts can be read: one log that is broken does not hide the others. */
export async function openReadable(inspected: Inspected): Promise<ReadableLogs> {
  const logs: OpenLog[] = [];
  const unreadable = new Map<string, unknown>();
  for (const context of inspected.contexts) {
    try {
      const open = await openLog(inspected, context);
      logs.push(open);
      await open.log.head();
    } catch (error) {
      unreadable.set(context.name, error);
    }
  }
  const readable = logs.filter(({ name }) => !unreadable.has(name));
  return { logs: readable, unreadable, close: () => closeAll(logs) };
}

/**
 * The same, closed when `work` has ended.
 *
 * @throws what keeps the first of them from being read, when none of them can be.
 */
export async function withReadable<T>(
  inspected: Inspected,
  work: (readable: Omit<ReadableLogs, 'close'>) => Promise<T>,
): Promise<T> {
  const { logs, unreadable, close } = await openReadable(inspected);
  try {
    for (const error of unreadable.values()) if (logs.length === 0) throw error;
    return await work({ logs, unreadable });
  } finally {
    await close();
  }
}

async function openLog(
  { store, seesPersonal }: Pick<Inspected, 'store' | 'seesPersonal'>,
  context: BoundedContext,
): Promise<OpenLog> {
  const log = await store.reader(context.name);
  const words = vocabularyOf(context);
  const vocabulary = seesPersonal === true ? nothingPersonal(words) : words;
  return { name: context.name, context, vocabulary, log };
}

async function closeAll(logs: readonly OpenLog[]): Promise<void> {
  // One that can't be closed does not keep the others open.
  const closed = await Promise.allSettled(logs.map(({ log }) => log.close()));
  for (const each of closed) if (each.status === 'rejected') throw each.reason;
}

/** Says so when there is nothing at all: then it is most likely the wrong place. */
export async function emptyHint(logs: readonly OpenLog[], storeName: string): Promise<string> {
  for (const { log } of logs) if ((await log.head()) > 0) return '';
  return ` All logs in ${storeName} are empty: is it the right place? Relative paths count from here.`;
}

/** Where none of them was ever opened, it is most likely the wrong place. */
export function assertSomeLog(logs: readonly OpenLog[], storeName: string): void {
  if (logs.some(({ log }) => log.epoch !== '')) return;
  const names = logs.map(({ name }) => nameText(name)).join(', ');
  throw new QuestionError(
    'nothing-found',
    `There is no log of ${names} in ${storeName}. Is it the right place? Relative paths count ` +
      'from here. A log is made when its application first starts.',
  );
}

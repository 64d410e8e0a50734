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
  { contexts, store, seesPersonal }: Inspected,
  only: string | undefined,
): Promise<OpenLogs> {
  const chosen = chosenContexts(contexts, only);
  const logs: OpenLog[] = [];
  const close = async (): Promise<void> => {
    // One that can't be closed does not keep the others open.
    const closed = await Promise.allSettled(logs.map(({ log }) => log.close()));
    for (const each of closed) if (each.status === 'rejected') throw each.reason;
  };
  try {
    for (const context of chosen) {
      const log = await store.reader(context.name);
      const words = vocabularyOf(context);
      const vocabulary = seesPersonal === true ? nothingPersonal(words) : words;
      logs.push({ name: context.name, context, vocabulary, log });
    }
    return { logs, close };
  } catch (error) {
    await close();
    throw error;
  }
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

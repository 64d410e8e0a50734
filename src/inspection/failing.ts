import type { LogReader } from '../log/log.ts';
import { type ToldError, toldError } from './told-error.ts';

/** Among so many rows that are tried again, the first of its log, the one that fails is looked for. */
const ROWS_MAX = 100;

/** What was tried in vain, and is tried again by itself: what comes after it may have to wait for that. */
export interface Failing {
  readonly recordId: string;
  readonly key: string;
  readonly error: ToldError;
  readonly attempts: number;
  /** Since when it waits, and from when on it is tried again. ISO 8601, UTC. */
  readonly since: string;
  readonly due: string;
}

/** What fails with a subscription: of several records the first one. Null: nothing does. */
export async function failingIn(
  log: Pick<LogReader, 'waiting'>,
  subscription: string,
): Promise<Failing | null> {
  const kinds = ['retry', 'effect'] as const;
  const rows = await log.waiting({ subscription, kinds, limit: ROWS_MAX });
  for (const { recordId, key, attempts, since, due, error } of rows) {
    const told = toldError(error);
    // What waits for something that is not there yet does not fail.
    if (told === null || told.code === 'not-yet') continue;
    const [sinceText, dueText] = [new Date(since).toISOString(), new Date(due).toISOString()];
    return { recordId, key, error: told, attempts, since: sinceText, due: dueText };
  }
  return null;
}

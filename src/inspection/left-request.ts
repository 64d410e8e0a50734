import type { Host } from '../host/host.ts';
import { stayAlive } from '../host/stay-alive.ts';
import type { LogReader } from '../log/log.ts';
import type { Store } from '../log/store.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import { lookForAWhile } from '../runtime/look-until.ts';
import { type Request, requestAnswer, requestRow } from '../runtime/request.ts';
import type { ByWhom } from '../runtime/by-whom.ts';
import { QuestionError } from './question-error.ts';
import { diagnosisOf, runningOf } from './runners.ts';

/** So many rows under the key of a request are looked at. */
const ROWS_MAX = 1_000;
/** Among so many operations the end of a request is looked for, that came just now. */
const LAST = 100;

/** Where somebody who does not run a context asks something of those who do. */
export interface Asking {
  readonly store: Store;
  readonly context: string;
  readonly log: LogReader;
  readonly host: Host;
  /** So long an answer is waited for, in milliseconds. */
  readonly waitMs: number;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
}

/** What became of a request: `waits` when nobody who runs the context has answered in time. */
export type RequestOutcome =
  | { readonly state: 'done' }
  | { readonly state: 'refused'; readonly why: string }
  | { readonly state: 'waits' };

/**
 * Leaves a request in a context's log.
 *
 * @throws {QuestionError} when there is no such log.
 */
export async function leaveRequest(
  asking: Pick<Asking, 'store' | 'context' | 'host'>,
  request: Request,
): Promise<WaitingRow> {
  const { ids, clock } = asking.host;
  const row = requestRow(request, { id: ids.next(), at: clock.now() });
  await leaveRows(asking, [row]);
  return row;
}

/** Leaves the rows of a request. @throws {QuestionError} when there is no such log. */
export async function leaveRows(
  { store, context }: Pick<Asking, 'store' | 'context'>,
  rows: readonly WaitingRow[],
): Promise<void> {
  if (await store.leaveRequests(context, { left: rows })) return;
  throw new QuestionError(
    'nothing-found',
    `There is no log of ${JSON.stringify(context)} in ${store.name}. It is made when its ` +
      'application first starts.',
  );
}

/** Waits until a request was answered, at most as long as the asking says. */
export async function answerTo(asking: Asking, row: WaitingRow): Promise<RequestOutcome> {
  const answer = await waitFor(asking, () => requestAnswer(asking.log, row));
  if (answer === undefined) return { state: 'waits' };
  return answer.refused === undefined
    ? { state: 'done' }
    : { state: 'refused', why: answer.refused };
}

/**
 * Takes a request back, in the name of who says so. One that is under way is given up. False: it was over
 * by then, and what was done stays done.
 */
export async function takeBack(
  { store, context, log, host }: Pick<Asking, 'store' | 'context' | 'log' | 'host'>,
  { subscription, key, recordId }: WaitingKey,
  { who, why }: ByWhom,
): Promise<boolean> {
  const rows = await log.waiting({ subscription, key, limit: ROWS_MAX });
  const row = rows.find((each) => each.recordId === recordId);
  if (row === undefined) return false;
  const detail = JSON.stringify({ request: JSON.parse(row.payload ?? '{}') });
  const at = host.clock.now();
  const operation = { id: host.ids.next(), at, who, action: 'take-back', why, detail };
  await store.leaveRequests(context, { takenBack: [row], operations: [operation] });
  // It may have been done between the look and the commit: then both are on record, and it stays done.
  const ended = (await log.operations(LAST)).find(({ id }) => id === recordId);
  return ended === undefined || 'refused' in JSON.parse(ended.detail);
}

/**
 * Looks until there is an answer, at most as long as the asking says; once where nobody runs the
 * context. Meanwhile the process stays, even where nothing else keeps it.
 */
export async function waitFor<Answer>(
  { store, context, log, host, waitMs, signal }: Asking,
  look: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  const { processes } = runningOf(await diagnosisOf(store, context));
  if (processes?.length === 0) return look();
  const letGo = (host.stayAlive ?? stayAlive)();
  try {
    return await lookForAWhile(look, { log, clock: host.clock, waitMs, signal });
  } finally {
    letGo();
  }
}

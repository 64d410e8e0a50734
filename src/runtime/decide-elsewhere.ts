import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { lookUntil } from './look-until.ts';
import { NotRunningHereError } from './not-running-here.ts';
import type { AskedDecision } from './parked-decision.ts';
import { REQUESTS, type RequestDetail, requestRow } from './request.ts';
import type { RunningContext } from './running-context.ts';

/** So long another process may take to do what it was asked for. */
const ANSWERED_MS = 15_000;
/** Among so many of the last operations the answer is looked for. */
const OPERATIONS_MAX = 1_000;

/**
 * Asks the process that handles a parked row for a decision, and waits until it has committed it. False:
 * it refused, as the row is not parked any more.
 *
 * @throws {NotRunningHereError} when no process answers in time; the request is taken back.
 */
export async function decideElsewhere(
  running: RunningContext,
  { subscription, key, recordId }: WaitingRow,
  { action, who, why }: AskedDecision,
): Promise<boolean> {
  const { clock, ids } = running.workplace.host;
  const request = { action, subscription, key, recordId, who, why };
  const row = requestRow(request, { id: ids.next(), at: clock.now() });
  await commit(running, { waiting: [row] });
  const isGone = async (): Promise<true | undefined> => {
    const left = await running.log.waiting({ subscription: REQUESTS, key: row.key, limit: 1 });
    return left.length === 0 ? true : undefined;
  };
  if ((await lookForAWhile(running, ANSWERED_MS, isGone)) === undefined) {
    await commit(running, { done: [row] });
    const what = `"${subscription}", for which record ${recordId} is parked,`;
    throw new NotRunningHereError(what, 'elsewhere');
  }
  const operations = await running.log.operations(OPERATIONS_MAX);
  const detail = operations.find(({ id }) => id === row.recordId)?.detail ?? '{}';
  return (JSON.parse(detail) as Partial<RequestDetail>).refused === undefined;
}

/** Looks until there is an answer, at most so long, or until the signal aborts. */
export async function lookForAWhile<Answer>(
  running: RunningContext,
  timeoutMs: number,
  look: () => Promise<Answer | undefined>,
  given?: AbortSignal,
): Promise<Answer | undefined> {
  const { log } = running;
  const { clock } = running.workplace.host;
  const timeout = new AbortController();
  const cancel = clock.after(timeoutMs, () => timeout.abort());
  const signal = given === undefined ? timeout.signal : AbortSignal.any([given, timeout.signal]);
  try {
    return await lookUntil(look, { log, clock, signal });
  } finally {
    cancel();
  }
}

async function commit(
  { name, committer }: RunningContext,
  change: Parameters<RunningContext['committer']['commit']>[0],
): Promise<void> {
  const { kind } = await committer.commit(change);
  if (kind !== 'committed') throw new UnexpectedOutcomeError(name, kind);
}

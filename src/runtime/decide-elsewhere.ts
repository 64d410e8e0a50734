import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { lookForAWhile } from './look-until.ts';
import { NotRunningHereError } from './not-running-here.ts';
import type { AskedDecision } from './parked-decision.ts';
import { answerOnRecord, requestAnswer, requestRow } from './request.ts';
import type { RunningContext } from './running-context.ts';

/** So long another process may take to do what it was asked for. */
const ANSWERED_MS = 15_000;
/** When it was taken back, whoever had seen it before may still do it, for so long. */
const LATE_MS = 500;

/**
 * Asks the process that handles a parked row for a decision, and waits until it has committed it. False:
 * it refused, as the row is not parked any more.
 *
 * @throws {NotRunningHereError} when no process answers in time; the request is taken back.
 */
export async function decideElsewhere(
  running: RunningContext,
  { subscription, key, recordId }: WaitingRow,
  { action, edited, who, why }: AskedDecision,
): Promise<boolean> {
  const { clock, ids } = running.workplace.host;
  const place = { subscription, key, recordId };
  const request = { action, ...place, ...(edited === undefined ? {} : { edited }), who, why };
  const row = requestRow(request, { id: ids.next(), at: clock.now() });
  await commit(running, { waiting: [row] });
  const look = () => requestAnswer(running.log, row);
  const answer = await lookForAWhile(look, { log: running.log, clock, waitMs: ANSWERED_MS });
  if (answer !== undefined) return answer.refused === undefined;
  await commit(running, { done: [row] });
  // It may have been done between the last look and that; whoever was about to do it does so at once.
  const late = await lookForAWhile(() => answerOnRecord(running.log, row.recordId), {
    log: running.log,
    clock,
    waitMs: LATE_MS,
  });
  if (late !== undefined) return late.refused === undefined;
  const what = `"${subscription}", for which record ${recordId} is parked,`;
  throw new NotRunningHereError(what, 'elsewhere');
}

async function commit(
  { name, committer }: RunningContext,
  change: Parameters<RunningContext['committer']['commit']>[0],
): Promise<void> {
  const { kind } = await committer.commit(change);
  if (kind !== 'committed') throw new UnexpectedOutcomeError(name, kind);
}

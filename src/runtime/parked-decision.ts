import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Operation } from '../log/write-set.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import type { ByWhom } from './by-whom.ts';
import { handlerOf } from './parked-handler.ts';
import type { RunningContext } from './running-context.ts';

/** What a person decided about a parked row, and the request by which it was asked for. */
export interface AskedDecision extends ByWhom {
  readonly action: 'redrive' | 'discard';
  readonly request?: WaitingKey;
}

/**
 * Commits a decision about a row that is handled here, or by nobody any more: nothing can go on behind
 * such a one. False: it is not parked any more, or it cannot be redriven, as nothing would handle it.
 */
export async function decideHere(
  running: RunningContext,
  row: WaitingRow,
  decision: AskedDecision,
): Promise<boolean> {
  const { action, request } = decision;
  const operation = operationOf(running, row, decision);
  const handler = handlerOf(running, row);
  if (handler !== undefined) {
    const to = action === 'redrive' ? 'retry' : 'gone';
    const asked = request === undefined ? {} : { request };
    if (!(await handler.decide(row, { to, operation, ...asked }))) return false;
  } else {
    if (action === 'redrive') return false;
    const done = request === undefined ? [row] : [row, request];
    const outcome = await running.committer.commit({ done, operations: [operation] });
    if (outcome.kind !== 'committed') throw new UnexpectedOutcomeError(running.name, outcome.kind);
  }
  tell(running, row, decision);
  return true;
}

function tell(running: RunningContext, row: WaitingRow, { action, who, why }: AskedDecision): void {
  const { subscription, recordId: id, key, correlationId } = row;
  const event = action === 'redrive' ? 'redriven' : 'discarded';
  const line = { context: running.name, subscription, id, key, correlationId, who, why };
  running.logger.log({ level: 'info', event, ...line });
}

/** Under the request's own id: asked for twice, it is kept once. */
function operationOf(
  running: RunningContext,
  row: WaitingRow,
  { action, request, who, why }: AskedDecision,
): Operation {
  const { host } = running.workplace;
  return {
    id: request?.recordId ?? host.ids.next(),
    at: host.clock.now(),
    who,
    action,
    why,
    detail: JSON.stringify({ ...row, payload: row.payload === null ? null : '(kept)' }),
  };
}

import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Operation } from '../log/write-set.ts';
import { UnexpectedOutcomeError } from '../log/unexpected-outcome.ts';
import { borderSubscription } from '../backbone/border.ts';
import { type Edited } from '../subscription/edited.ts';
import type { ByWhom } from './by-whom.ts';
import type { EditAsked } from './edit-asked.ts';
import { editedData } from './edited-data.ts';
import { handlerOf } from './parked-handler.ts';
import type { RunningContext } from './running-context.ts';

/** What a person decided about a parked row, and the request by which it was asked for. */
export interface AskedDecision extends ByWhom {
  readonly action: 'redrive' | 'discard';
  /** What it is to be handled with; null: its own data again. Default: as before. */
  readonly edited?: EditAsked | null;
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
  const asked = decision.edited;
  const by = { who: decision.who, why: decision.why };
  const edited = asked ? await editedData(running, row, { ...by, data: asked.data }) : asked;
  const operation = operationOf(running, row, decision, edited);
  const handler = handlerOf(running, row);
  if (handler !== undefined) {
    const to = action === 'redrive' ? 'retry' : 'gone';
    const more = { ...(request && { request }), ...(edited === undefined ? {} : { edited }) };
    if (!(await handler.decide(row, { to, operation, ...more }))) return false;
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

/** What is edited at the border is in no log as it was: then the message is kept here, too. */
function keptOf({ subscription, payload }: WaitingRow, edited: Edited | null | undefined) {
  if (payload === null) return null;
  const isBorder = subscription.startsWith(borderSubscription(''));
  return isBorder && edited ? payload : '(kept)';
}

function editOf(edited: Edited | null | undefined) {
  if (edited === undefined) return {};
  if (edited === null) return { edited };
  const { data, schemaVersion } = edited;
  return { edited: { data, schemaVersion } };
}

/** Under the request's own id: asked for twice, it is kept once. */
function operationOf(
  running: RunningContext,
  row: WaitingRow,
  { action, request, who, why }: AskedDecision,
  edited: Edited | null | undefined,
): Operation {
  const { host } = running.workplace;
  return {
    id: request?.recordId ?? host.ids.next(),
    at: host.clock.now(),
    who,
    action,
    why,
    detail: JSON.stringify({ ...row, payload: keptOf(row, edited), ...editOf(edited) }),
  };
}

import type { Workplace } from '../context/unit.ts';
import type { Committer } from '../log/committer.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';
import type { Operation } from '../log/write-set.ts';
import { messagesKey } from './import-request.ts';
import type { Request, RequestDetail } from './request.ts';

/** Where a request ends: a running context. */
export interface EndingContext {
  readonly committer: Committer;
  readonly workplace: Pick<Workplace, 'host'>;
}

/** Says in the audit trail that a request was done, or why it was not; together with that it is gone. */
export async function endRequest(
  running: EndingContext,
  row: WaitingRow,
  said: RequestDetail,
): Promise<void> {
  await running.committer.commit({
    done: rowsOf(row, said.request),
    operations: [endOf(running, row, said)],
  });
}

/** All rows of a request. */
export function rowsOf(row: WaitingRow, { action }: Request): readonly WaitingKey[] {
  return action === 'import' ? [row, messagesKey(row)] : [row];
}

/** The entry of the audit trail that a request becomes, under its own id: so it is kept once. */
export function endOf(
  running: EndingContext,
  { recordId: id }: WaitingRow,
  said: RequestDetail,
): Operation {
  const { action, who, why } = said.request;
  const at = running.workplace.host.clock.now();
  return { id, at, who, action, why, detail: JSON.stringify(said) };
}

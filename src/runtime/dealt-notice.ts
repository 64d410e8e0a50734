import type { WaitingRow } from '../log/waiting-row.ts';
import { REQUESTS } from './request.ts';

/** So the keys of notices begin: they stand between what persons ask for and imports. */
const DEALT = 'dealt ';

/**
 * Tells whoever handles a slot that rows of a subscription were dealt to it. It is committed with these
 * rows, so that nobody has to survive for it to be heard; one for each slot, however often it is told.
 */
export function dealtNotice(subscription: string, slot: number, at: number): WaitingRow {
  const recordId = String(slot);
  return {
    subscription: REQUESTS,
    key: `${DEALT}${subscription}`,
    recordId,
    kind: 'request',
    position: 0,
    slot,
    due: at,
    attempts: 0,
    error: null,
    correlationId: recordId,
    since: at,
    payload: JSON.stringify({ action: 'take-up', subscription }),
  };
}

/** Whether a row among the requests is such a notice. */
export function isDealtNotice({ key }: WaitingRow): boolean {
  return key.startsWith(DEALT);
}

/** The subscription of whose rows a notice tells. */
export function dealtOf({ key }: WaitingRow): string {
  return key.slice(DEALT.length);
}

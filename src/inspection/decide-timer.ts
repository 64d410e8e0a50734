import type { PendingTimer } from '../process/pending-timers.ts';
import type { ByWhom } from '../runtime/by-whom.ts';
import { type Asking, type RequestOutcome, answerTo, leaveRequest } from './left-request.ts';

/** What somebody decides about a timer that is set. */
export interface TimerAsked extends ByWhom {
  /** `fire`: as if it were due now. `cancel`: it does not fire; a time that recurs can't be cancelled. */
  readonly action: 'fire' | 'cancel';
}

/**
 * Asks those who run a context to let a timer fire now, or to take it away, and waits for that.
 * `refused`: it has fired or was cancelled by then, or it recurs and was to be cancelled.
 */
export async function decideTimer(
  asking: Asking,
  { waitsUnder, id: recordId }: Pick<PendingTimer, 'waitsUnder' | 'id'>,
  { action, who, why }: TimerAsked,
): Promise<RequestOutcome> {
  const asked = action === 'fire' ? 'fire-timer' : 'cancel-timer';
  const left = await leaveRequest(asking, { action: asked, ...waitsUnder, recordId, who, why });
  return answerTo(asking, left);
}

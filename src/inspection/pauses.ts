import type { LogReader } from '../log/log.ts';
import type { ByWhom } from '../runtime/by-whom.ts';
import { type Pause, pausesIn } from '../runtime/pause.ts';
import { type Asking, type RequestOutcome, answerTo, leaveRequest } from './left-request.ts';

/** By whom a subscription is paused. */
export interface PausedBy {
  readonly who: string;
  readonly why: string;
  /** Since when, as ISO 8601. */
  readonly since: string;
}

export interface PausedSubscription extends PausedBy {
  readonly subscription: string;
}

/** What somebody asks of a subscription. */
export interface SubscriptionAsked extends ByWhom {
  readonly subscription: string;
}

/** `already`: it was paused before, and stays so; by whom says `paused`. */
export type PauseOutcome =
  | RequestOutcome
  | { readonly state: 'already'; readonly paused: PausedSubscription };

/** What is paused of a context, by its name. */
export async function pauses(log: LogReader): Promise<readonly PausedSubscription[]> {
  const standing = [...(await pausesIn(log)).values()];
  return standing.flatMap(([first]) => (first === undefined ? [] : [toldPause(first)]));
}

/**
 * Asks those who run a context to pause a subscription, and waits until one of them has taken it up; the
 * others follow within a moment. It holds from now on, over restarts, until a resume: `waits` says that
 * nobody runs the context by now, and whoever starts next begins paused.
 */
export async function pauseSubscription(
  asking: Asking,
  { subscription, who, why }: SubscriptionAsked,
): Promise<PauseOutcome> {
  const before = (await pauses(asking.log)).find((each) => each.subscription === subscription);
  if (before !== undefined) return { state: 'already', paused: before };
  return answerTo(asking, await leaveRequest(asking, { action: 'pause', subscription, who, why }));
}

/** Asks those who run a context to let a subscription go on. `refused`: it is not paused. */
export async function resumeSubscription(
  asking: Asking,
  { subscription, who, why }: SubscriptionAsked,
): Promise<RequestOutcome> {
  return answerTo(asking, await leaveRequest(asking, { action: 'resume', subscription, who, why }));
}

function toldPause({ request, row }: Pause): PausedSubscription {
  const { subscription, who, why } = request;
  return { subscription, who, why, since: new Date(row.since).toISOString() };
}

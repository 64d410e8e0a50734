import { findParked } from '../inspection/find-parked.ts';
import { decideTimer } from '../inspection/decide-timer.ts';
import { pauseSubscription, resumeSubscription } from '../inspection/pauses.ts';
import { pendingTimers } from '../process/pending-timers.ts';
import { type Asking, answerTo, leaveRequest, takeBack } from '../inspection/left-request.ts';
import { type ParkedAsked, decideParked } from '../inspection/decide-parked.ts';
import { dropModel } from '../inspection/model-versions.ts';
import { type OpenLog, withLogs } from '../inspection/open-logs.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { assertByWhom } from '../runtime/by-whom.ts';
import { REQUESTS } from '../runtime/request.ts';
import type { Actions, Left, ParkedNamed } from './api.ts';
import type { Asked } from './questions.ts';

/** So long the page waits for whoever runs the context. */
const WAIT_MS = 10_000;
/** A rebuild goes on: the page sees by the pulse how far it is. */
const TAKEN_UP_MS = 1_000;
/** Among so many a timer is looked for. */
const TIMERS_MAX = 100_000;

/** What an action is done with. `of` is the body, of which each field is looked at here. */
export interface Doing extends Omit<Asked, 'of'> {
  readonly of: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** How each action of the page is done: by a request to whoever runs the context. */
export const actions: {
  readonly [Name in keyof Actions]: (doing: Doing) => Promise<Actions[Name]['answer']>;
} = {
  redrive: (doing) => decide(doing, 'redrive'),
  discard: (doing) => decide(doing, 'discard'),
  rebuild: (doing) =>
    asOperator(doing, TAKEN_UP_MS, async (asking, by) => {
      const request = { action: 'rebuild' as const, model: textOf(doing, 'model'), ...by };
      const row = await leaveRequest(asking, request);
      return { request: row.recordId, outcome: await answerTo(asking, row) };
    }),
  'take-back': (doing) =>
    asOperator(doing, WAIT_MS, async (asking, by) => {
      const id = textOf(doing, 'request');
      const isThere = await takeBack(asking, { subscription: REQUESTS, key: id, recordId: id }, by);
      return { state: isThere ? 'taken-back' : 'over' };
    }),
  pause: (doing) =>
    asOperator(doing, WAIT_MS, async (asking, by) => {
      const outcome = await pauseSubscription(asking, {
        subscription: textOf(doing, 'subscription'),
        ...by,
      });
      if (outcome.state !== 'already') return { request: null, outcome };
      const { who, why } = outcome.paused;
      return refused(`It is paused already, by ${who}: ${why}`);
    }),
  resume: (doing) =>
    asOperator(doing, WAIT_MS, async (asking, by) => {
      const asked = { subscription: textOf(doing, 'subscription'), ...by };
      return { request: null, outcome: await resumeSubscription(asking, asked) };
    }),
  'fire-timer': (doing) => timer(doing, 'fire'),
  'cancel-timer': (doing) => timer(doing, 'cancel'),
  'drop-model': (doing) =>
    asOperator(doing, WAIT_MS, async (asking, by) => {
      const asked = { model: textOf(doing, 'model'), ...by };
      return { request: null, outcome: await dropModel(asking, asked) };
    }),
};

/** It is found among those that are set, so that the page names it by its id alone. */
function timer(doing: Doing, action: 'fire' | 'cancel'): Promise<Left> {
  return asOperator(doing, WAIT_MS, async (asking, by, logs) => {
    const id = textOf(doing, 'timer');
    const { timers } = await pendingTimers(logs, { limit: TIMERS_MAX });
    const found = timers.find((each) => each.id === id);
    if (found === undefined)
      return refused('It is not set any more: it has fired, or was cancelled.');
    return { request: null, outcome: await decideTimer(asking, found, { action, ...by }) };
  });
}

function refused(why: string): Left {
  return { request: null, outcome: { state: 'refused', why } };
}

async function decide(
  doing: Doing,
  action: 'redrive' | 'discard',
): Promise<Actions['redrive']['answer']> {
  return asOperator(doing, WAIT_MS, async (asking, by, logs) => {
    const { subscription, key, recordId } = parkedNamed(doing);
    const named = { id: recordId, subscription, key };
    const { open, row } = await findParked(logs, named, asking.store.name);
    const decision = { ...by, action, ...editedOf(doing) };
    return decideParked(asking, { ...row, context: open.name }, decision);
  });
}

/** What the record is to be tried with, where somebody has said that; null: its own data again. */
function editedOf({ of }: Doing): Pick<ParkedAsked, 'edited'> {
  const { edited } = of;
  if (edited === undefined) return {};
  if (edited === null) return { edited };
  if (typeof edited === 'object' && 'data' in edited) return { edited: { data: edited.data } };
  throw new QuestionError('asked-wrongly', '"edited" is an object with data, or null.');
}

function parkedNamed(doing: Doing): Omit<ParkedNamed, 'context' | 'why'> {
  return {
    subscription: textOf(doing, 'subscription'),
    key: textOf(doing, 'key'),
    recordId: textOf(doing, 'recordId'),
  };
}

/** With the log of the context that is named, and in the name of who asks. */
async function asOperator<T>(
  doing: Doing,
  waitMs: number,
  work: (
    asking: Asking,
    by: { readonly who: string; readonly why: string },
    logs: readonly OpenLog[],
  ) => Promise<T>,
): Promise<T> {
  const { inspected, host, visitor, signal } = doing;
  const by = { who: visitor.name, why: textOf(doing, 'why') };
  assertByWhom(by);
  const context = textOf(doing, 'context');
  return withLogs(inspected, context, (logs) => {
    const { log } = logs[0] as OpenLog;
    return work({ store: inspected.store, context, log, host, waitMs, signal }, by, logs);
  });
}

/** @throws {QuestionError} when a field is missing, or is no text. */
function textOf({ of }: Doing, name: string): string {
  const value = of[name];
  if (typeof value === 'string' && (value !== '' || name === 'key')) return value;
  throw new QuestionError('asked-wrongly', `"${name}" is missing, or is no text.`);
}

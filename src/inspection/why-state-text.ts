import type { NotReachedState, WaitingState, WhyAnswer } from './why-answer.ts';
import type { PausedBy } from './pauses.ts';
import type { ToldError } from './told-error.ts';
import { holderInWords } from '../log/holder.ts';
import { jsonText, messageLine, nameText } from '../telemetry/safe-text.ts';

/** What became of a record with somebody, to be read behind the name of that one. */
export function stateText({ state, kind }: WhyAnswer): string {
  switch (state.is) {
    case 'handled':
      return state.mayBePast
        ? 'has passed it: it handled it, or began only later (startFrom: now)'
        : 'has handled it';
    case 'discarded':
      return `has not handled it: ${nameText(state.who)} discarded it on ${state.at}, because: ${oneLine(state.why)}`;
    case 'not-started':
      return 'has not started yet';
    case 'not-wanted':
      return `does not listen to it, but to ${state.wants.map(nameText).join(', ') || 'nothing'}`;
    case 'handed-over':
      return 'has handed it over';
    case 'taken-in':
      return 'has taken it in';
    case 'dropped':
      return 'has taken it in, and it is not in the log any more';
    case 'left-out':
      return 'has left it out: it was published before anybody here listened to it';
    case 'on-its-way':
      return `has not taken it in: the broker has it${state.isRun === false ? ', and nobody runs the context' : ''}`;
    case 'source-restored':
      return 'takes nothing more in, as the log that it comes from was restored';
    case 'not-reached':
      return notReachedText(state, kind);
    case 'retry':
    case 'parked':
    case 'held':
    case 'effect':
      return waitingText(state);
  }
}

function waitingText(state: WaitingState): string {
  const { is, attempts, due, since, error, behind, key, paused } = state;
  if (paused !== null && (is === 'retry' || is === 'effect'))
    return `has not done it${errorText(error)}; ${pausedText(paused)}`;
  const tried = `after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  switch (is) {
    case 'retry':
      if (error?.code === 'not-yet')
        return `waits for something that is not there yet: ${oneLine(error.message)}`;
      if (attempts === 0) return `is at it, or tries it from ${due} on`;
      return `tries it again from ${due} on, ${tried}${errorText(error)}`;
    case 'effect':
      if (attempts === 0) return `is to perform it, from ${due} on`;
      return `is to perform it again from ${due} on, ${tried}${errorText(error)}`;
    case 'parked':
      return `has parked it, on ${since} ${tried}${errorText(error)}`;
    case 'held': {
      const first = behind === null ? 'another one' : `record ${nameText(behind.recordId)}`;
      const why = behind === null ? '' : `, which ${BLOCKS[behind.is]}${errorText(behind.error)}`;
      return `holds it behind ${first} of key ${jsonText(key)}${why}`;
    }
  }
}

const BLOCKS = {
  retry: 'is tried again',
  parked: 'is parked',
  held: 'is held, too',
  effect: 'is to be performed',
  request: 'was asked for',
  timer: 'is a timer',
} as const;

function notReachedText(state: NotReachedState, kind: WhyAnswer['kind']): string {
  const { position, before, isMore, heldBy, paused, failing } = state;
  const what =
    kind === 'relay'
      ? 'has not handed it over: it waits in the outbox'
      : REACHED[kind === 'intake' ? 'intake' : 'other'];
  if (heldBy !== null) return `${what}: the end of the log is ${oneLine(holderInWords(heldBy))}`;
  if (paused !== null) return `${what}: ${pausedText(paused)}`;
  const count = `${before}${isMore ? ' or more' : ''}`;
  const fails =
    failing === null
      ? ''
      : `; record ${nameText(failing.recordId)} fails${errorText(failing.error)}`;
  return `${what} (at ${position}, ${count} before it)${workerText(state)}${fails}`;
}

const REACHED = {
  intake: 'has not taken it in yet',
  other: 'has not come to it yet',
} as const;

/** That a subscription is paused, by whom, since when and why. */
function pausedText({ who, why, since }: PausedBy): string {
  return `it is paused, by ${nameText(who)} since ${since}, because: ${oneLine(why)}`;
}

function workerText({ owner, isRun }: NotReachedState): string {
  if (isRun === false) return ', and nobody runs the context';
  if (owner === null) return isRun === null ? '' : ', and no process works on it';
  const where = owner.host === null ? '' : ` on ${nameText(owner.host)}`;
  return owner.pid === null ? '' : `; process ${owner.pid}${where} works on it`;
}

function errorText(error: ToldError | null): string {
  return error === null ? '' : `: ${nameText(error.name)}: ${oneLine(error.message)}`;
}

/** A message of several lines, on one; its last full stop is the sentence's own. */
function oneLine(message: string): string {
  return messageLine(message).replace(/\.$/, '');
}

import type { WhyAnswer } from './why-answer.ts';
import type { Why } from './why.ts';
import { jsonText, nameText } from '../telemetry/safe-text.ts';
import { stateText } from './why-state-text.ts';

/** The answer in one sentence: the most urgent of all. */
export function whySummary({ answers, records }: Why): string {
  const [first] = answers;
  if (first === undefined) {
    const type = records[0]?.type;
    return `Nobody listens to ${type === undefined ? 'it' : nameText(type)}, so there is nothing to handle.`;
  }
  const open = answers.filter(({ level }) => level !== 'good');
  if (open.length === 0) return doneSummary(answers);
  const more = open.length - 1;
  const others =
    more === 0 ? '' : `, and ${more} more ${more === 1 ? 'has' : 'have'} not finished with it`;
  return `${capital(whose(first))} ${stateText(first)}${others}.`;
}

function doneSummary(answers: readonly WhyAnswer[]): string {
  const [first] = answers;
  if (first !== undefined && answers.length === 1)
    return `${capital(whose(first))} ${stateText(first)}.`;
  const done = answers.filter(({ kind }) => kind !== 'intake' && kind !== 'relay');
  if (done.length === 0) return 'It has come to where it is listened to.';
  return `It was handled: nothing is left to do with it for the ${done.length} that listen to it.`;
}

/** Whose state it is: `"ask for payment" of billing`. */
export function whose({ context, subscription }: WhyAnswer): string {
  return `${jsonText(subscription)} of ${nameText(context)}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

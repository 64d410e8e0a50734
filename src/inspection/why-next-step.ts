import { nameText } from '../telemetry/safe-text.ts';
import { shellWord } from './shell-word.ts';
import type { WhyAnswer } from './why-answer.ts';

/** The command that helps on; null where there is nothing to do. */
export function nextStep({ state, context, subscription, recordId }: WhyAnswer): string | null {
  const name = nameText(context);
  switch (state.is) {
    case 'handled':
    case 'handed-over':
    case 'taken-in':
    case 'dropped':
    case 'discarded':
      return null;
    case 'retry':
    case 'effect':
      if (state.paused !== null) return resumeCommand(context, subscription);
      return `thereupon trace ${nameText(recordId)}   (it goes on by itself; see docs/errors.md when the cause stays)`;
    case 'parked':
      return `mend the cause, then: thereupon parked redrive ${nameText(recordId)} --context ${name} --why "mended"`;
    case 'held':
      return state.behind === null
        ? `thereupon parked list --context ${name}`
        : `thereupon why ${nameText(state.behind.recordId)} --subscription ${nameText(subscription)}`;
    case 'not-reached':
      if (state.paused !== null) return resumeCommand(context, subscription);
      if (state.heldBy !== null) return 'thereupon doctor';
      if (state.isRun === false)
        return `start the application, then: thereupon lag --context ${name}`;
      if (state.failing !== null) return 'mend what fails; it goes on by itself';
      return `thereupon lag --context ${name}`;
    case 'on-its-way':
      if (state.isRun === false)
        return `start the application, then: thereupon lag --context ${name}`;
      return 'thereupon doctor   (whether the broker can be reached)';
    case 'not-started':
      return `start a release that has it, then: thereupon lag --context ${name}`;
    case 'not-wanted':
      return 'add its type to what it listens to, if it should handle it';
    case 'left-out':
      return 'publish it again under another id, if it is needed';
    case 'source-restored':
      return 'thereupon doctor   (which log was restored, and how it goes on)';
  }
}

/** What lets a subscription go on that is paused. */
export function resumeCommand(context: string, subscription: string): string {
  return `thereupon resume ${shellWord(subscription)} --context ${shellWord(context)} --why "it may go on"`;
}

import type { Why } from './why.ts';
import type { WhyAnswer } from './why-answer.ts';
import { nextStep } from './why-next-step.ts';
import { whySummary } from './why-summary.ts';

/** Why a record has, or has not, been handled, with the answer in words and with what to do next. */
export interface WhyTold extends Omit<Why, 'answers'> {
  /** The answer in one sentence. */
  readonly summary: string;
  readonly answers: readonly (WhyAnswer & {
    /** What helps on, most often a command; null where there is nothing to do. */
    readonly next: string | null;
  })[];
}

export function whyTold(why: Why): WhyTold {
  const answers = why.answers.map((each) => ({ ...each, next: nextStep(each) }));
  return { ...why, summary: whySummary(why), answers };
}

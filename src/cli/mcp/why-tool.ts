import { why } from '../../inspection/why.ts';
import { whyTold } from '../../inspection/why-told.ts';
import { nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly id: string;
  readonly subscription?: string;
}

export const whyTool: QuestionTool<Asked> = {
  name: 'why',
  title: 'Why a record was not handled',
  description:
    'Why a record or a message was not handled, and by whom it was, over all contexts into which it was ' +
    'published. Ask it when something should have followed and did not. `summary` is the answer in a ' +
    'sentence; `answers` tell each subscription that should handle it with its `state`, the most urgent ' +
    'first, and with `next`: what helps, most often a command that a person runs. With a subscription it ' +
    'also says when that one does not listen to the record at all.',
  arguments: {
    id: nameArgument('The id of a record or of a message, as trace and recent_records tell it.'),
    subscription: nameArgument('Only this one: its name, relay, or "intake from ordering".'),
  },
  required: ['id'],
  narrower: 'Name a subscription.',
  ask: async (config, { id, subscription }) => whyTold(await why(config, { id, subscription })),
};

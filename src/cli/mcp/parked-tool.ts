import { withLogs } from '../../inspection/open-logs.ts';
import { parkedIn } from '../../inspection/parked-groups.ts';
import { contextArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

export const parkedTool: QuestionTool<{ readonly context?: string }> = {
  name: 'parked',
  title: 'What is parked',
  description:
    'What used up its retries and waits for a person (dead letters), grouped by context, subscription and ' +
    'error, with how many records are held behind it. Ask it for everything that is stuck. Each group has ' +
    'most often one cause: ask parked_record for one record of it, with its data and the stack of the error. ' +
    'You cannot put it right from here: when the cause is mended a person runs `thereupon parked redrive ' +
    'RECORD_ID --why "..."`, or for a whole group `--error-code CODE --trial`.',
  arguments: { context: contextArgument },
  required: [],
  narrower: 'Name a context.',
  ask: (config, { context }) =>
    withLogs(config, context, (logs) => parkedIn(logs, config.store.name)),
};

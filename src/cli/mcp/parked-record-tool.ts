import { findParked } from '../../inspection/find-parked.ts';
import { withLogs } from '../../inspection/open-logs.ts';
import { parkedDetails } from '../../inspection/parked-details.ts';
import { contextArgument, nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly id: string;
  readonly context?: string;
  readonly subscription?: string;
  readonly key?: string;
}

export const parkedRecordTool: QuestionTool<Asked> = {
  name: 'parked_record',
  title: 'One parked record in full',
  description:
    'One parked record in full: its error with the stack, the data of the record (personal fields masked), ' +
    'since when and after how many attempts, and what is held behind it. Ask it to find the cause: the stack ' +
    'leads into the code of the handler. `where` is border when a message could not be taken in at all. ' +
    'Where one record is parked in several places, say which with context, subscription and key.',
  arguments: {
    id: nameArgument('Its record id, or the beginning of one that no other parked record has.'),
    context: contextArgument,
    subscription: nameArgument('Where it is parked in several: in this one.'),
    key: nameArgument('Where it is parked under several keys: under this one.'),
  },
  required: ['id'],
  narrower: 'See the rest with: thereupon parked show',
  ask: (config, { context, ...asked }) =>
    withLogs(config, context, async (logs) =>
      parkedDetails(await findParked(logs, asked, config.store.name)),
    ),
};

import { tracedActions } from '../../inspection/traced-actions.ts';
import { nameArgument } from './arguments.ts';
import { briefTrace } from './brief-trace.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly id: string;
  readonly withData?: boolean;
}

export const traceTool: QuestionTool<Asked> = {
  name: 'trace',
  title: 'What one action caused',
  description:
    'What one business action caused, as a tree of records over all bounded contexts, with what of it is ' +
    'not done yet and the timers that it has set. Ask it when you have any id and want to know what ' +
    'happened: a record id, a correlation id, a commandId, or an aggregate (order/536365), which stands for ' +
    'all actions that it had a part in. `caused` nests; `waiting` beside a record says who has not finished ' +
    'with it (parked and held do not go on by themselves). `waitingCount` 0 means that all is done. Then ask ' +
    'why for a record that should have caused more, or parked_record for one that is parked.',
  arguments: {
    id: nameArgument(
      'A record id, a correlation id, a commandId, or an aggregate such as order/536365.',
    ),
    withData: {
      type: 'boolean',
      default: true,
      description: 'Whether the data of each record is shown; false leaves room for a larger tree.',
    },
  },
  required: ['id'],
  narrower: 'Ask with withData false, or with the id of one record or action, not of an aggregate.',
  ask: async (config, { id, withData = true }) =>
    briefTrace(await tracedActions(config, id), withData),
};

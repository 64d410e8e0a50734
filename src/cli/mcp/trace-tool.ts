import { tracedActions } from '../../inspection/traced-actions.ts';
import { nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

export const traceTool: QuestionTool<{ readonly id: string }> = {
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
  },
  required: ['id'],
  narrower: 'Trace the id of one record or of one action instead of an aggregate.',
  ask: (config, { id }) => tracedActions(config, id),
};

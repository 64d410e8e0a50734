import { withLogs } from '../../inspection/open-logs.ts';
import { timersAhead } from '../../inspection/timers-ahead.ts';
import { contextArgument, limitArgument, nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly context?: string;
  readonly process?: string;
  readonly key?: string;
  readonly limit?: number;
}

export const timersTool: QuestionTool<Asked> = {
  name: 'timers',
  title: 'The timers that are set',
  description:
    'What is set to happen later, the earliest first: timers of process managers, messages scheduled for ' +
    'later, times that recur. Ask it when something is waited for that time decides. `isOverdue`: it should ' +
    'have fired, so its application is down or behind; ask lag. `isBusinessTime`: it fires when the ' +
    'application says that business time has come so far, and nobody knows when that is.',
  arguments: {
    context: contextArgument,
    process: nameArgument('Only of this process manager, contract, or time that recurs.'),
    key: nameArgument('Only of this key.'),
    limit: limitArgument('timers', 50, 200),
  },
  required: [],
  narrower: 'Name a context, a process or a key.',
  ask: (config, { context, limit = 50, ...asked }, clock) =>
    withLogs(config, context, (logs) =>
      timersAhead(logs, { ...asked, limit }, { now: clock.now(), storeName: config.store.name }),
    ),
};

import { lag } from '../../inspection/lag.ts';
import { contextArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

export const lagTool: QuestionTool<{ readonly context?: string }> = {
  name: 'lag',
  title: 'How far everything is',
  description:
    'How far each subscription (reaction, effect, process, read model), each intake of messages, the relay ' +
    'and the timers of every bounded context are, the worst first. Ask it first when something did not ' +
    'happen, is slow, or nobody knows where to look. `level` is good, attention or bad; `behind` counts the ' +
    'records that it wants and has not passed; `waiting` counts rows by kind: parked (gave up, waits for a ' +
    'person), held (waits behind a parked one), retry (is tried again by itself), effect, timer. `contexts` ' +
    'says who runs each log: where `running.processes` is empty nothing moves until the application is ' +
    'started. Then ask parked for what is parked, or why for one record.',
  arguments: { context: contextArgument },
  required: [],
  narrower: 'Name a context.',
  ask: (config, { context }, clock) => lag(config, { clock, context }),
};

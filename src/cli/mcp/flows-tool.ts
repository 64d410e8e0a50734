import { contextFlowsOf } from '../../inspection/context-flows.ts';
import { flowsOf } from '../../inspection/flows.ts';
import { contextArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

export const flowsTool: QuestionTool<{ readonly context?: string }> = {
  name: 'flows',
  title: 'Who tells whom what',
  description:
    'The context map, as the wiring declares it: bounded contexts, the contracts that they publish, and who ' +
    'listens to each with which reaction, effect, process or read model. With a context: what flows inside ' +
    'of it, from events to what listens and what is published. It needs no log. Ask it to learn how an ' +
    'application hangs together, and which names the other questions take.',
  arguments: { context: contextArgument },
  required: [],
  narrower: 'Name a context.',
  ask: async ({ contexts }, { context }) =>
    context === undefined ? flowsOf(contexts) : contextFlowsOf(contexts, context),
};

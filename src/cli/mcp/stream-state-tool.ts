import { findStream } from '../../inspection/find-stream.ts';
import { momentAsked } from '../../inspection/moment-asked.ts';
import { withLogs } from '../../inspection/open-logs.ts';
import { stateAt } from '../../inspection/state-at.ts';
import { contextArgument, nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly id: string;
  readonly context?: string;
  readonly version?: number;
  readonly time?: string;
  readonly by?: 'occurredAt' | 'recordedAt';
}

export const streamStateTool: QuestionTool<Asked> = {
  name: 'stream_state',
  title: 'The state of one aggregate at a moment',
  description:
    'The state of one aggregate instance at a version or at a time, folded from its events; by default as ' +
    'it is now. With the event that made it so, and what that changed against the version before. Ask it to ' +
    'see why a command was refused, or what was known when something was decided. Personal fields are masked ' +
    'before they are folded; `problem` says why a state is not here, or not whole.',
  arguments: {
    id: nameArgument('The stream: AGGREGATE/ID, such as order/536365.'),
    context: contextArgument,
    version: {
      type: 'integer',
      minimum: 0,
      description: 'The state after this event; 0 is before the first one.',
    },
    time: nameArgument('The state at a time, such as 2011-12-09T12:50:00Z. Not with version.'),
    by: {
      type: 'string',
      enum: ['occurredAt', 'recordedAt'],
      default: 'occurredAt',
      description: 'What the time means: when things happened, or when they were recorded here.',
    },
  },
  required: ['id'],
  narrower: 'See all of it with: thereupon stream ID --at VERSION --json',
  ask: (config, { id, context, ...asked }) =>
    withLogs(config, context, async (logs) => {
      const found = await findStream(logs, id, config.store.name);
      return stateAt(found, id, momentAsked(asked, found.version));
    }),
};

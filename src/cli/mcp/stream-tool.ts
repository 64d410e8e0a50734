import { withLogs } from '../../inspection/open-logs.ts';
import { streamEvents } from '../../inspection/stream-events.ts';
import { PAGE_CHARACTERS_MAX } from '../../log/page.ts';
import { contextArgument, limitArgument, nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly id: string;
  readonly context?: string;
  readonly after?: number;
  readonly limit?: number;
}

export const streamTool: QuestionTool<Asked> = {
  name: 'stream',
  title: 'The events of one aggregate',
  description:
    'The events of one aggregate instance in order: versions, times, types, data (personal fields masked). ' +
    'Ask it for the history of an aggregate. Go on with `next` as `after`; null is the end. Ask stream_state ' +
    'for what these events make of it, and trace with the id of a record for what it caused elsewhere.',
  arguments: {
    id: nameArgument('The stream: AGGREGATE/ID, such as order/536365.'),
    context: contextArgument,
    after: { type: 'integer', minimum: 0, default: 0, description: 'Events after this version.' },
    limit: limitArgument('events', 30, 200),
  },
  required: ['id'],
  narrower: 'Ask again with a smaller limit, or with the version of the last one here as `after`.',
  ask: (config, { id, context, after = 0, limit = 30 }) =>
    withLogs(config, context, (logs) =>
      streamEvents(
        logs,
        { id, after, limit, charactersMax: PAGE_CHARACTERS_MAX },
        config.store.name,
      ),
    ),
};

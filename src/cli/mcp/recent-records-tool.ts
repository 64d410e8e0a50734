import { LAST_TOLD_MAX, lastRecords } from '../../inspection/last-records.ts';
import { withLogs } from '../../inspection/open-logs.ts';
import type { Direction } from '../../log/record.ts';
import { contextArgument, limitArgument, nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

interface Asked {
  readonly context?: string;
  readonly types?: readonly string[];
  readonly directions?: readonly Direction[];
  readonly key?: string;
  readonly limit?: number;
}

const DIRECTIONS: readonly Direction[] = ['domain', 'outgoing', 'incoming', 'timer'];

export const recentRecordsTool: QuestionTool<Asked> = {
  name: 'recent_records',
  title: 'The last records',
  description:
    'The last records of all logs together, the newest first: domain events, messages that were published ' +
    '(outgoing) or taken in (incoming), and timers that fired, with their data (personal fields masked). ' +
    'Ask it to see what happened last, or to find the id of a record by its type and key. `endedEarly` names ' +
    'contexts in which only the last 100,000 records were looked through. Then ask trace or why with an id.',
  arguments: {
    context: contextArgument,
    types: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 2_000 },
      minItems: 1,
      maxItems: 50,
      description: 'Only records of these types, such as ["OrderPlaced", "ordering.OrderPlaced"].',
    },
    directions: {
      type: 'array',
      items: { type: 'string', enum: DIRECTIONS },
      minItems: 1,
      maxItems: DIRECTIONS.length,
      description: 'Only records of these directions.',
    },
    key: nameArgument('Only records of this key.'),
    limit: limitArgument('records', 20, LAST_TOLD_MAX),
  },
  required: [],
  narrower: 'Ask with a smaller limit, or name a context, types or a key.',
  ask: (config, { context, limit = 20, ...selection }) =>
    withLogs(config, context, (logs) =>
      lastRecords(logs, { ...selection, count: limit }, config.store.name),
    ),
};

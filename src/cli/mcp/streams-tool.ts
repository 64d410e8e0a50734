import { type StreamsQuestion, listedStreams } from '../../inspection/listed-streams.ts';
import { withLogs } from '../../inspection/open-logs.ts';
import { contextArgument, limitArgument, nameArgument } from './arguments.ts';
import type { QuestionTool } from './question-tool.ts';

type Asked = Partial<StreamsQuestion> & { readonly context?: string };

export const streamsTool: QuestionTool<Asked> = {
  name: 'streams',
  title: 'The streams of aggregates',
  description:
    'Lists the streams (one for each aggregate instance, such as order/536365), the newest activity first, ' +
    'or by name: how many events each has, and the type and time of its last one. Ask it to find an ' +
    'aggregate, or to see what was busy last. Go on with `next` as `after`, in the same order; null is the ' +
    'end. Then ask stream for the events of one.',
  arguments: {
    context: contextArgument,
    aggregate: nameArgument('Only of this aggregate, such as "order".'),
    by: {
      type: 'string',
      enum: ['activity', 'name'],
      default: 'activity',
      description: 'The newest activity first, or by name.',
    },
    after: nameArgument('Goes on where a list before has ended: its `next`.'),
    limit: limitArgument('streams', 30, 100),
  },
  required: [],
  narrower: 'Ask again with a smaller limit: `next` goes on behind what was cut.',
  ask: (config, { context, by = 'activity', limit = 30, ...asked }) =>
    withLogs(config, context, (logs) =>
      listedStreams(logs, { ...asked, by, limit }, config.store.name),
    ),
};

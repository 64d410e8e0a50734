import { checkup } from '../../inspection/checkup.ts';
import type { QuestionTool } from './question-tool.ts';

export const doctorTool: QuestionTool<Record<string, never>> = {
  name: 'doctor',
  title: 'What is wrong, and what to do about it',
  description:
    'Looks through the whole application and what it stands on: configuration, connections, migrations, who ' +
    'runs what, lag, outbox, parked messages, transactions that hold a log, restored logs, clocks, disk. Each ' +
    'finding has a `level` (good, attention, bad), what was `found`, and a `remedy`. Ask it when the whole ' +
    'does not work, or before a deploy; ask lag for how far each subscription is.',
  arguments: {},
  required: [],
  narrower: 'Ask lag, parked or why for one context.',
  ask: (config, _asked, clock) => checkup(config, { clock, nodeVersion: process.versions.node }),
};

import type { Command } from 'commander';
import { why } from '../inspection/why.ts';
import { whyTold } from '../inspection/why-told.ts';
import { jsonDocument } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { whyText } from './why-text.ts';

/** `thereupon why ID`: why a record has, or has not, been handled. */
export function whyCommand({ config, print, lineWidth, paint }: CommandMeans): Command {
  return commandOf('why', {
    description:
      'Says why a record or a message has not been handled, and by whom it has, over all contexts.',
    example: 'thereupon why 01985f3e-4d5c-7a11-9c2e-5b6f0a7d8e9f --subscription "ask for payment"',
  })
    .argument('<id>', 'the id of a record, or of a message')
    .option('--subscription <name>', 'only this one, also if it does not listen to it')
    .action(async (id: string, { subscription, json }: WhyOptions) => {
      const found = await why(await config(), { id, subscription });
      if (json !== true) return print(whyText(found, { width: lineWidth, paint }));
      print(jsonDocument(whyTold(found)));
    });
}

interface WhyOptions {
  readonly subscription?: string;
  readonly json?: true;
}

import type { Command } from 'commander';
import { systemHost } from '../host/host.ts';
import { lag } from '../inspection/lag.ts';
import { jsonDocument } from '../telemetry/safe-text.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { lagText } from './lag-text.ts';

/** `thereupon lag`: how far every subscription of every context has come. */
export function lagCommand({ config, print, lineWidth, paint }: CommandMeans): Command {
  return commandOf('lag', {
    description:
      'Shows how far each subscription, intake and relay is, and what waits. Ends with 0, also when they are late.',
    example: 'thereupon lag --context billing',
  })
    .option('--context <name>', 'only this context')
    .action(async ({ context, json }: { context?: string; json?: true }) => {
      const { clock } = systemHost();
      const found = await lag(await config(), { clock, context });
      print(json === true ? jsonDocument(found) : lagText(found, { width: lineWidth, paint }));
    });
}

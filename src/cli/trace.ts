import type { Command } from 'commander';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { type TracedActions, tracedActions } from '../inspection/traced-actions.ts';
import { jsonDocument, jsonText } from '../telemetry/safe-text.ts';
import { traceText } from './trace-text.ts';

export function traceCommand({ config, print, lineWidth }: CommandMeans): Command {
  return commandOf('trace', {
    description: 'Shows what one action caused, as a tree, over all contexts.',
    example: 'thereupon trace order/536365',
  })
    .argument('<id>', 'a record id, a correlation id, a commandId, or an aggregate (order/536365)')
    .action(async (id: string, { json }: { json?: true }) =>
      print(await trace(await config(), id, { asJson: json === true, width: lineWidth })),
    );
}

/** `thereupon trace ID`: what one action caused, over all contexts. */
export async function trace(
  config: ThereuponConfig,
  id: string,
  form: { readonly asJson: boolean; readonly width: number },
): Promise<string> {
  const traced = await tracedActions(config, id);
  return form.asJson ? jsonDocument(traced) : asText(traced, form.width);
}

function asText({ id, as, actions, moreActions }: TracedActions, width: number): string {
  if (actions.length === 0) return `Command ${jsonText(id)} was handled and changed nothing.`;
  const texts = actions.map((action) => traceText(action, width));
  const all = actions.length + moreActions;
  const cut = ` These are the latest ${actions.length}: trace an earlier one by a record's id.`;
  if (as === 'aggregate' && all > 1)
    texts.unshift(`${jsonText(id)} had a part in ${all} actions.${moreActions === 0 ? '' : cut}`);
  return texts.join('\n\n');
}

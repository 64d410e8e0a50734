import type { Command } from 'commander';
import type { ThereuponConfig } from '../runtime/thereupon-config.ts';
import { type CommandMeans, commandOf } from './command.ts';
import { QuestionError } from '../inspection/question-error.ts';
import { ACTIONS_MAX, type Found, findAction } from '../inspection/find-action.ts';
import { emptyHint, withLogs } from '../inspection/open-logs.ts';
import { jsonDocument, jsonText, nameText } from '../telemetry/safe-text.ts';
import { traceText } from './trace-text.ts';
import { type ActionTrace, traceAction } from '../inspection/action-trace.ts';

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
  return withLogs(config, undefined, async (logs) => {
    const found = await findAction(logs, id);
    if (found === undefined) {
      const where = `${logs.map(({ name }) => nameText(name)).join(', ')} (${config.store.name})`;
      throw new QuestionError(
        'nothing-found',
        `Nothing is known of ${JSON.stringify(id)} in ${where}. Give a record id, a correlation ` +
          `id, a commandId, or an aggregate such as order/536365.` +
          (await emptyHint(logs, config.store.name)),
      );
    }
    const actions: ActionTrace[] = [];
    for (const correlationId of found.correlationIds.slice(0, ACTIONS_MAX))
      actions.push(await traceAction(logs, correlationId));
    const moreActions = found.correlationIds.length - actions.length;
    if (form.asJson) return jsonDocument({ id, as: found.as, actions, moreActions });
    return asText(id, found, { actions, moreActions, width: form.width });
  });
}

function asText(
  id: string,
  { as }: Found,
  shown: {
    readonly actions: readonly ActionTrace[];
    readonly moreActions: number;
    readonly width: number;
  },
): string {
  const { actions, moreActions, width } = shown;
  if (actions.length === 0) return `Command ${jsonText(id)} was handled and changed nothing.`;
  const texts = actions.map((action) => traceText(action, width));
  if (as === 'aggregate' && actions.length > 1)
    texts.unshift(`${jsonText(id)} had a part in ${actions.length + moreActions} actions.`);
  if (moreActions > 0) texts.push(`${moreActions} more actions: trace them by a record's id.`);
  return texts.join('\n\n');
}

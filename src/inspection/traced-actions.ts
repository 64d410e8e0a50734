import { nameText } from '../telemetry/safe-text.ts';
import { type ActionTrace, traceAction } from './action-trace.ts';
import { ACTIONS_MAX, type Found, findAction } from './find-action.ts';
import { type Inspected, emptyHint, withLogs } from './open-logs.ts';
import { QuestionError } from './question-error.ts';

/** What an ID stands for, and what came of it. */
export interface TracedActions {
  readonly id: string;
  readonly as: Found['as'];
  /** The oldest first. None: a command that was handled and changed nothing. */
  readonly actions: readonly ActionTrace[];
  /** How many older ones there are than are told of. */
  readonly moreActions: number;
}

/**
 * The actions that an ID stands for, each as a tree over all contexts: see `findAction`. Of a great many
 * the latest are told: what is stuck is most likely one of them.
 *
 * @throws {QuestionError} when nothing is known of it.
 */
export async function tracedActions(config: Inspected, id: string): Promise<TracedActions> {
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
    for (const correlationId of found.correlationIds.slice(-ACTIONS_MAX))
      actions.push(await traceAction(config, logs, correlationId));
    return { id, as: found.as, actions, moreActions: found.correlationIds.length - actions.length };
  });
}

import { aggregateOfStream } from '../aggregate/aggregate.ts';
import { nameText } from '../telemetry/safe-text.ts';
import { type OpenLog, emptyHint } from './open-logs.ts';
import { QuestionError } from './question-error.ts';

/**
 * The one log that has a stream of this name, and its version.
 *
 * @throws {QuestionError} when none has it, or several have.
 */
export async function findStream(
  logs: readonly OpenLog[],
  id: string,
  storeName: string,
): Promise<OpenLog & { readonly version: number }> {
  const found: (OpenLog & { readonly version: number })[] = [];
  for (const open of logs) {
    const version = await open.log.streamVersion(id);
    if (version > 0) found.push({ ...open, version });
  }
  const [only, another] = found;
  if (only === undefined)
    throw new QuestionError(
      'nothing-found',
      `There is no stream ${JSON.stringify(id)} in ${storeName}. ` +
        `${adviceOn(id, logs)}${await emptyHint(logs, storeName)}`,
    );
  if (another === undefined) return only;
  const names = found.map(({ name }) => nameText(name)).join(', ');
  throw new QuestionError(
    'asked-wrongly',
    `There is a stream ${JSON.stringify(id)} in ${names}. Say which one with --context.`,
  );
}

function adviceOn(id: string, logs: readonly OpenLog[]): string {
  const aggregates = logs.flatMap(({ context }) => context.aggregates.map(({ name }) => name));
  const known = aggregates.map(nameText).join(', ') || 'none';
  if (id.includes('/') && aggregates.includes(aggregateOfStream(id)))
    return `Look whether the id after "/" is right.`;
  return `A stream is written AGGREGATE/ID, such as order/536365; the aggregates are: ${known}.`;
}

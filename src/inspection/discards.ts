import type { LogReader } from '../log/log.ts';
import type { WhyState } from './why-answer.ts';

/** Among so many of the latest operations a decision is looked for. */
const OPERATIONS_MAX = 10_000;

/** Who has given a record up, of a subscription or at the border; undefined when nobody has. */
export async function discardOf(
  log: LogReader,
  subscription: string,
  recordId: string,
): Promise<WhyState | undefined> {
  const operations = await log.operations(OPERATIONS_MAX);
  const found = operations.find(({ action, detail }) => {
    if (action !== 'discard') return false;
    const row = JSON.parse(detail) as {
      readonly subscription?: string;
      readonly recordId?: string;
    };
    return row.subscription === subscription && row.recordId === recordId;
  });
  if (found === undefined) return undefined;
  const { who, why, at } = found;
  return { is: 'discarded', who, why, at: new Date(at).toISOString() };
}

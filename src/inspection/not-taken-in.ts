import { borderIds, knownIds } from '../backbone/known-messages.ts';
import type { LogReader } from '../log/log.ts';
import type { Counted } from './count-wanted.ts';

/** Where the places in a log say nothing, so many of its last positions are looked through. */
const LOOKED_BACK = 5_000;
const PAGE = 500;

/**
 * What of some contracts was handed over to a backbone and has not been taken in, where only the backbone
 * knows how far it is: of the newest, those that the consumer does not know by their ids.
 */
export async function notTakenIn(
  consumer: LogReader,
  source: LogReader,
  { types, upTo }: { readonly types: readonly string[]; readonly upTo: number },
): Promise<Counted> {
  const border = await borderIds(consumer, source.context);
  const from = Math.max(0, upTo - LOOKED_BACK);
  let [count, position] = [0, from];
  let [isFirst, isMore] = [true, false];
  let firstRecordedAt: number | null = null;
  while (position < upTo) {
    const query = { after: position, limit: PAGE, directions: ['outgoing'], types } as const;
    const page = (await source.read(query)).filter((record) => record.position <= upTo);
    const known = await knownIds(consumer, source.context, page);
    for (const { id, recordedAt } of page) {
      const isMissing = !known.has(id) && !border.has(id);
      // The oldest that was looked at is missing: those before it may be, too.
      if (isFirst && isMissing && from > 0) isMore = true;
      isFirst = false;
      if (!isMissing) continue;
      count += 1;
      firstRecordedAt ??= recordedAt;
    }
    position = page.at(-1)?.position ?? upTo;
  }
  return { count, isMore, firstRecordedAt };
}

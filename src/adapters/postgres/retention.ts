import type { DroppedRecords, KeptRecords, Retained } from '../../log/retention.ts';
import { makeNext } from './closing-rest.ts';
import { dropFirst } from './dropping-partitions.ts';
import { layoutOf, type Partitioned } from './partitions.ts';
import type { Retaining } from './retention-options.ts';

/** So many positions a partition has, unless configured otherwise. */
const PARTITION_POSITIONS = 1_000_000;
/** So many partitions are made ahead. */
const AHEAD = 4;
/** So many are made, or dropped, in one look; the next one goes on. */
const CHANGES_MAX = 16;

/**
 * Makes partitions ahead of the positions that are given out, and drops those of which everybody is
 * done with everything and nothing is to be kept any more: whole, from the first on. Never the one
 * in which the log ends, so that it never seems to have been longer than it is.
 *
 * Of several processes that do it at once, one does; cut short anywhere, it is all done or not.
 */
export async function retain(retaining: Retaining): Promise<Retained> {
  const dropped: DroppedRecords[] = [];
  const kept: KeptRecords[] = [];
  for (const direction of ['outgoing', 'incoming'] as const) {
    const keep = retaining.retention[direction];
    if (keep?.keepMs === undefined && keep?.keepPositions === undefined) continue;
    const of: Partitioned = { ...retaining.watched.place, direction };
    await makeAhead(retaining, of);
    for (let count = 0; count < CHANGES_MAX; count += 1) {
      const found = await dropFirst(retaining, of, keep);
      if (found === undefined) break;
      if ('neededBy' in found) {
        kept.push(found);
        break;
      }
      // One in which nothing lay goes without a word.
      if (found.count > 0) dropped.push(found);
    }
  }
  return { dropped, kept };
}

async function makeAhead({ server, retention }: Retaining, of: Partitioned): Promise<void> {
  const width = retention.partitionPositions ?? PARTITION_POSITIONS;
  for (let count = 0; count < CHANGES_MAX; count += 1) {
    const { drawn, ranges, isRestEmpty, restEnd } = await layoutOf(server.ask, of);
    const end = ranges.at(-1)?.to ?? -Infinity;
    if (isRestEmpty && restEnd === undefined && end > drawn + AHEAD * width) return;
    if (!(await makeNext(server, of, width))) return;
  }
}

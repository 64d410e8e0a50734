import type { LogReader } from '../log/log.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { ByWhom } from './by-whom.ts';

/** Under this name pauses stand: apart from what is asked for and ends, so that none is hidden by it. */
export const PAUSES = 'pauses';
/** So many of them are read: mostly there is one for each subscription that is paused. */
const PAUSES_MAX = 10_000;

/** A subscription is to take nothing more. Its row stands in the log until a resume takes it away. */
export interface PauseRequest extends ByWhom {
  readonly action: 'pause';
  readonly subscription: string;
}

/** A pause as it stands. */
export interface Pause {
  readonly request: PauseRequest;
  readonly row: WaitingRow;
}

/**
 * The pauses that stand, by what they pause, the earliest first: where two have asked at once, there is
 * one of each.
 */
export async function pausesIn(log: LogReader): Promise<ReadonlyMap<string, readonly Pause[]>> {
  const rows = await log.waiting({ subscription: PAUSES, limit: PAUSES_MAX });
  const pauses = rows
    .toSorted((a, b) => a.since - b.since || (a.recordId < b.recordId ? -1 : 1))
    .map((row): Pause => ({ row, request: JSON.parse(row.payload ?? 'null') as PauseRequest }));
  return Map.groupBy(pauses, ({ request }) => request.subscription);
}

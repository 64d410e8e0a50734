import type { LogReader } from '../log/log.ts';
import { PAGE_CHARACTERS_MAX, isFull } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';
import type { Interest } from '../subscription/interest.ts';

/** Nobody who is further behind needs to know by how much, and counting takes time. */
export const COUNT_MAX = 10_000;
/** Among so many records of the right types they are looked for. */
const READ_MAX = 100_000;
const PAGE = 1_000;

/** How many records somebody wants that he has not passed. */
export interface Counted {
  readonly count: number;
  /** True when there may be more: it was not counted any further. */
  readonly isMore: boolean;
  /** When the first of them was recorded. */
  readonly firstRecordedAt: number | null;
}

export const NONE: Counted = { count: 0, isMore: false, firstRecordedAt: null };

/** Counts the records of interest after a position, up to another one. */
export async function countWanted(
  log: Pick<LogReader, 'read'>,
  { types, directions, wants }: Interest,
  { after, upTo = Number.POSITIVE_INFINITY }: { readonly after: number; readonly upTo?: number },
): Promise<Counted> {
  if (types.length === 0 || after >= upTo) return NONE;
  const bound = { limit: PAGE, charactersMax: PAGE_CHARACTERS_MAX };
  let [position, count, read] = [after, 0, 0];
  let first: StoredRecord | undefined;
  const counted = (isMore: boolean): Counted => {
    return { count, isMore, firstRecordedAt: first?.recordedAt ?? null };
  };
  for (;;) {
    const page = await log.read({ after: position, ...bound, types, directions });
    for (const record of page) {
      if (record.position > upTo) return counted(false);
      if (!wants(record)) continue;
      first ??= record;
      count += 1;
      if (count === COUNT_MAX) return counted(true);
    }
    const last = page.at(-1);
    if (last === undefined || !isFull(page, bound)) return counted(false);
    position = last.position;
    read += page.length;
    if (read >= READ_MAX) return counted(true);
  }
}

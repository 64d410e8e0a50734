import type { LogReader } from '../log/log.ts';
import { PAGE_CHARACTERS_MAX, isFull } from '../log/page.ts';
import type { StoredRecord } from '../log/record.ts';

/** So many records are read at once. */
const PAGE = 500;
const BOUND = { limit: PAGE, charactersMax: PAGE_CHARACTERS_MAX };

/** A part of a log, the latest record first. */
export interface BackwardPage {
  readonly records: readonly StoredRecord[];
  /** All records above this position have been read; 0 at the beginning of the log. */
  readonly downTo: number;
}

/**
 * Reads a log from its end, or from before a position, towards its beginning, for as long as
 * somebody wants more. A log is only read forwards: so it is read in windows of positions, which
 * are widened over gaps, and narrowed where a page does not hold all that is in one.
 */
export async function* readBackwards(
  log: Pick<LogReader, 'head' | 'read'>,
  before?: number,
): AsyncGenerator<BackwardPage> {
  let upTo = before === undefined ? await log.head() : before - 1;
  let width = PAGE;
  while (upTo > 0) {
    const downTo = Math.max(0, upTo - width);
    const page = await log.read({ after: downTo, ...BOUND });
    const last = page.at(-1);
    if (last !== undefined && last.position < upTo && isFull(page, BOUND)) {
      // A window of one position is never too wide.
      width = Math.max(1, Math.floor(width / 2));
      continue;
    }
    const records = page.filter(({ position }) => position <= upTo).toReversed();
    yield { records, downTo };
    upTo = downTo;
    if (records.length < PAGE / 4) width *= 2;
  }
}

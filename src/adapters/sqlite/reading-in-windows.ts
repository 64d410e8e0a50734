import type { Clock } from '../../host/clock.ts';
import { charactersOfAll, isFull, type PageBound } from '../../log/page.ts';
import type { StoredRecord } from '../../log/record.ts';
import type { Ask } from './asking.ts';
import type { Connection } from './connection.ts';
import { firstPositionAfter, head, type Part } from './record-queries.ts';

/** So many positions are looked through in one go: some 20 ms when nothing among them matches. */
const WINDOW = 50_000;

/**
 * Reads what may be seldom in a log, in windows between which the event loop has its turn: whoever
 * looks for a record that is not there would otherwise stop the process for seconds.
 */
export async function readInWindows(
  ask: Ask,
  clock: Clock,
  query: PageBound & { readonly after: number },
  read: (open: Connection, part: Part) => StoredRecord[],
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for (let after = query.after; ; await clock.turn()) {
    const rest = restOf(query, found);
    const window = await ask(NOTHING, (open) => {
      // Over the gap that a new epoch leaves in one step.
      const upTo = firstPositionAfter(open, after) + WINDOW;
      return { upTo, isLast: upTo >= head(open), records: read(open, { ...rest, after, upTo }) };
    });
    if (found.length === 0 && (window.isLast || isFull(window.records, query))) {
      return window.records;
    }
    for (const record of window.records) found.push(record);
    if (window.isLast || isFull(found, query)) return found;
    after = window.upTo;
  }
}

/** What a page still has room for. */
function restOf(bound: PageBound, found: readonly StoredRecord[]): PageBound {
  const limit = bound.limit - found.length;
  if (bound.charactersMax === undefined) return { limit };
  return { limit, charactersMax: bound.charactersMax - charactersOfAll(found) };
}

const NOTHING = { upTo: 0, isLast: true, records: [] as StoredRecord[] };

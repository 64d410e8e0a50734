import type { Clock } from '../../host/clock.ts';
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
  query: { readonly after: number; readonly limit: number },
  read: (open: Connection, part: Part) => StoredRecord[],
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for (let after = query.after; ; await clock.turn()) {
    const limit = query.limit - found.length;
    const window = await ask(NOTHING, (open) => {
      // Over the gap that a new epoch leaves in one step.
      const upTo = firstPositionAfter(open, after) + WINDOW;
      return { upTo, isLast: upTo >= head(open), records: read(open, { after, upTo, limit }) };
    });
    if (found.length === 0 && (window.isLast || window.records.length === limit)) {
      return window.records;
    }
    for (const record of window.records) found.push(record);
    if (window.isLast || found.length === query.limit) return found;
    after = window.upTo;
  }
}

const NOTHING = { upTo: 0, isLast: true, records: [] as StoredRecord[] };

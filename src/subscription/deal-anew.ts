import type { LogReader } from '../log/log.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { WriteSet } from '../log/write-set.ts';
import { asEdited, editedOf } from './edited.ts';
import { describeError } from './failure.ts';
import { mayBeOfAnyKey, withKeysUnknown } from './keys-unknown.ts';
import { slotOf } from './slot.ts';

/** The records of so many rows are looked at together: each may be a megabyte. */
const ROWS_AT_ONCE = 100;

/** What waits as the key function of today deals it, and what must be written for that. */
export interface Dealt {
  /** By position. */
  readonly rows: readonly WaitingRow[];
  /** One write set: all of it or nothing. Undefined when every row is where it belongs. */
  readonly change: Pick<WriteSet, 'waiting' | 'done'> | undefined;
}

/**
 * Deals what waits by the key that `keysOf` gives today. Rows were dealt by what it gave when they
 * were written, perhaps by code of another day: left there they would hold back keys that are no
 * longer theirs, and let pass what must wait behind them.
 *
 * Each row is compared with its record, whatever the function's text says: a function may call
 * another one that has changed. So what was dealt anew and not started with is dealt back by older
 * code, and doing it twice is doing it once.
 *
 * A row whose key cannot be told any more may be one of any key, until it can.
 */
export async function dealAnew(
  rows: readonly WaitingRow[],
  log: Pick<LogReader, 'recordsById'>,
  keysOf: (record: StoredRecord) => readonly string[],
): Promise<Dealt> {
  const inLanes = laneByLane(await dealEach(rows, log, keysOf));
  if (inLanes.every((row, index) => row === rows[index])) return { rows, change: undefined };
  return {
    rows: inLanes,
    change: {
      waiting: inLanes.filter((row, index) => row !== rows[index]),
      done: rows.filter((row, index) => row.key !== inLanes[index]?.key),
    },
  };
}

/** Each row where it belongs today, in the same order; the same object when that is where it is. */
export async function dealEach(
  rows: readonly WaitingRow[],
  log: Pick<LogReader, 'recordsById'>,
  keysOf: (record: StoredRecord) => readonly string[],
): Promise<readonly WaitingRow[]> {
  const dealt: WaitingRow[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const some = rows.slice(from, from + ROWS_AT_ONCE);
    const records = await log.recordsById(some.map(({ recordId }) => recordId));
    const byId = new Map(records.map((record) => [record.id, record]));
    for (const row of some) dealt.push(dealRow(row, byId.get(row.recordId), keysOf));
  }
  return dealt;
}

function dealRow(
  row: WaitingRow,
  record: StoredRecord | undefined,
  keysOf: (record: StoredRecord) => readonly string[],
): WaitingRow {
  // What is of any key finds its own when it is tried; a record that is gone has none.
  if (record === undefined || mayBeOfAnyKey(row)) return row;
  try {
    const [key, ...others] = keysOf(asEdited(record, editedOf(row)));
    // Of several it could not be told which are done: who deals by several keeps its keys.
    if (key === undefined || others.length > 0 || key === row.key) return row;
    return { ...row, key, slot: slotOf(key) };
  } catch (error) {
    const unknown = { ...withKeysUnknown(row), key: record.key, slot: slotOf(record.key) };
    return row.kind === 'parked'
      ? unknown
      : { ...unknown, kind: 'retry', due: 0, attempts: 0, error: describeError(error) };
  }
}

/** The first row of a key is held by nothing, the others are; who is parked waits for a person. */
function laneByLane(rows: readonly WaitingRow[]): readonly WaitingRow[] {
  const keys = new Set<string>();
  return rows.map((row) => {
    const isFirst = !keys.has(row.key);
    keys.add(row.key);
    if (isFirst && row.kind === 'held') return { ...row, kind: 'retry', due: 0 };
    if (!isFirst && row.kind === 'retry') return { ...row, kind: 'held' };
    return row;
  });
}

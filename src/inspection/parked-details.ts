import { inOrderOfArrival, messageOf } from '../backbone/border.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingError, WaitingRow } from '../log/waiting-row.ts';
import { asEdited, editedOf } from '../subscription/edited.ts';
import type { FoundParked } from './find-parked.ts';
import type { OpenLog } from './open-logs.ts';
import { isAtBorder, recordOfRow } from './record-of-row.ts';
import { type ShownRecord, shownRecord } from './shown-record.ts';

/** At most so many held rows of one key are counted. */
const HELD_MAX = 10_000;
/** So many of them are told of. */
const HELD_TOLD = 10;

/** One parked record in full. */
export interface ParkedDetails {
  readonly context: string;
  readonly subscription: string;
  readonly key: string;
  readonly recordId: string;
  readonly correlationId: string;
  readonly since: string;
  readonly attempts: number;
  readonly error: WaitingError | null;
  /**
   * log: the record is in the context's log. border: the message was never taken in, and waits with
   * all that is known of it.
   */
  readonly where: 'log' | 'border';
  /** What it is about, what is personal masked; null when it is not in the log any more. */
  readonly record: ShownRecord | null;
  /** What it is tried with in place of its own data, and by whom; null: with its own. */
  readonly edited: EditedData | null;
  readonly held: HeldBehind;
}

/** What a person has put in the place of a record's data, what is personal masked. */
export interface EditedData {
  readonly data: unknown;
  readonly who: string;
  readonly why: string;
  readonly at: string;
}

/** What waits behind a parked record, since it is of the same key. */
export interface HeldBehind {
  readonly count: number;
  /** True when there may be more than were counted. */
  readonly isCut: boolean;
  /** The first ones, in order. */
  readonly first: readonly HeldRecord[];
}

export interface HeldRecord {
  readonly recordId: string;
  /** Null when its record is not in the log any more. */
  readonly type: string | null;
  readonly since: string;
}

export async function parkedDetails({ open, row }: FoundParked): Promise<ParkedDetails> {
  const { subscription, key, recordId, correlationId, attempts, error } = row;
  const stored = await recordOfRow(open, row);
  return {
    context: open.name,
    subscription,
    key,
    recordId,
    correlationId,
    since: new Date(row.since).toISOString(),
    attempts,
    error,
    where: isAtBorder(row) ? 'border' : 'log',
    record: stored === undefined ? null : shownRecord(open.vocabulary, stored),
    edited: stored === undefined ? null : editedIn(open, stored, row),
    held: await heldBehind(open, row),
  };
}

function editedIn(
  { vocabulary }: OpenLog,
  stored: StoredRecord,
  row: WaitingRow,
): EditedData | null {
  const edited = editedOf(row);
  if (edited === undefined) return null;
  const { data } = shownRecord(vocabulary, asEdited(stored, edited));
  const { who, why, at } = edited;
  return { data, who, why, at: new Date(at).toISOString() };
}

async function heldBehind({ log }: OpenLog, row: WaitingRow): Promise<HeldBehind> {
  const { subscription, key } = row;
  const held = await log.waiting({ subscription, key, kinds: ['held'], limit: HELD_MAX });
  const ordered = isAtBorder(row) ? inOrderOfArrival(held) : held;
  const told = ordered.slice(0, HELD_TOLD);
  const records = await log.recordsById(told.map(({ recordId }) => recordId));
  const typeOf = (each: WaitingRow): string | null =>
    isAtBorder(each)
      ? messageOf(each).type
      : (records.find(({ position }) => position === each.position)?.type ?? null);
  return {
    count: held.length,
    isCut: held.length === HELD_MAX,
    first: told.map((each) => ({
      recordId: each.recordId,
      type: typeOf(each),
      since: new Date(each.since).toISOString(),
    })),
  };
}

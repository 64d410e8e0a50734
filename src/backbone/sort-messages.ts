import type { AnyContract } from '../contract/contract.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import { asEdited, editedOf } from '../subscription/edited.ts';
import { describeError } from '../subscription/failure.ts';
import { type IncomingRecord, MessageRefusedError } from './admission.ts';
import { admit, assertWithinWindow } from './admission.ts';
import type { Envelope } from './backbone.ts';
import { type Border, messageOf } from './border.ts';

/** What becomes of some messages. */
export interface Sorted {
  /** Taken in. */
  readonly records: IncomingRecord[];
  /** Parked or held at the border. */
  readonly rows: WaitingRow[];
  /** Known already, and left out. */
  readonly duplicates: Envelope[];
}

/** What messages are judged by. */
export interface Judgement {
  readonly border: Border;
  readonly contracts: ReadonlyMap<string, AnyContract>;
  /** Records of this log that have the id of one of the messages, by that. */
  readonly known: ReadonlyMap<string, Pick<StoredRecord, 'source'>>;
  /** Those of them that have been received from their source, also where no record of them is left. */
  readonly received?: ReadonlySet<string>;
  /** Messages recorded before this are set aside. */
  readonly floor: number;
  /** The largest payload of a record here. */
  readonly charactersMax: number;
  readonly now: number;
}

/** Sorts a delivery: a message that cannot be taken in parks, and holds back its key only. */
export function sortMessages(messages: readonly Envelope[], judgement: Judgement): Sorted {
  const { border, now } = judgement;
  const sorted: Sorted = { records: [], rows: [], duplicates: [] };
  const seen = new Set<string>();
  const blocked = new Set<string>();
  for (const message of messages) {
    const { id, key } = message;
    if (seen.has(id) || border.has(key, id) || isTaken(message, judgement)) {
      sorted.duplicates.push(message);
    } else if (blocked.has(key) || border.isBlocked(key)) {
      sorted.rows.push(border.row(message, null, now));
    } else {
      try {
        sorted.records.push(examine(message, judgement));
      } catch (error) {
        blocked.add(key);
        sorted.rows.push(border.row(message, describeError(error), now));
      }
    }
    seen.add(id);
  }
  return sorted;
}

/**
 * Sorts what waits of one key, in order of arrival, up to the first message that still cannot be
 * taken in. `rest` is what goes on waiting.
 */
export function sortWaiting(
  waiting: readonly WaitingRow[],
  judgement: Judgement,
): Sorted & { readonly rest: readonly WaitingRow[] } {
  const sorted: Sorted = { records: [], rows: [], duplicates: [] };
  for (const [index, row] of waiting.entries()) {
    const message = asEdited(messageOf(row), editedOf(row));
    try {
      if (isTaken(message, judgement)) sorted.duplicates.push(message);
      else sorted.records.push(examine(message, judgement));
    } catch (error) {
      const attempts = row.attempts + 1;
      sorted.rows.push({ ...row, kind: 'parked', attempts, error: describeError(error) });
      return { ...sorted, rest: waiting.slice(index) };
    }
  }
  return { ...sorted, rest: [] };
}

function isTaken({ id, source }: Envelope, { known, received }: Judgement): boolean {
  return known.get(id)?.source === source || received?.has(id) === true;
}

function examine(message: Envelope, judgement: Judgement): IncomingRecord {
  const { contracts, known, floor, charactersMax, now } = judgement;
  if (known.has(message.id)) throw new MessageRefusedError('id-known', message);
  assertWithinWindow(message, floor);
  const contract = contracts.get(message.type);
  return admit(message, { contract, charactersMax, recordedAt: now });
}

import type { WaitingRow } from '../log/waiting-row.ts';
import { editedOf, withEdited } from './edited.ts';

/** The payload of a row whose keys could not be told: it waits under the key of its record. */
export const KEYS_UNKNOWN = JSON.stringify({ keys: 'unknown' });

/** The row as one whose keys can't be told, with the data that it was given in place of its own. */
export function withKeysUnknown(row: WaitingRow): WaitingRow {
  return withEdited({ ...row, payload: KEYS_UNKNOWN }, editedOf(row) ?? null);
}

/** The row as one whose keys can be told again. */
export function withKeysKnown(row: WaitingRow): WaitingRow {
  return withEdited({ ...row, payload: null }, editedOf(row) ?? null);
}

/** Whether a row may turn out to be one of any key. */
export function mayBeOfAnyKey(row: WaitingRow): boolean {
  return row.payload?.startsWith(KEYS_UNKNOWN.slice(0, -1)) === true;
}

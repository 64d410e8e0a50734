import type { WaitingRow } from '../log/waiting-row.ts';

/** The payload of a row whose keys could not be told: it waits under the key of its record. */
export const KEYS_UNKNOWN = JSON.stringify({ keys: 'unknown' });

/** Whether a row may turn out to be one of any key. */
export function mayBeOfAnyKey(row: WaitingRow): boolean {
  return row.payload === KEYS_UNKNOWN;
}

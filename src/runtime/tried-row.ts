import type { LogReader } from '../log/log.ts';
import type { WaitingKey, WaitingRow } from '../log/waiting-row.ts';

/** So many rows of a key are looked through. */
const ROWS_MAX = 10_000;

/**
 * How it stands about a parked record that is tried again: it was handled, is parked with another
 * error, has answered `notYet` and may have to wait for long, or is still to be tried.
 */
export type TriedRow =
  | { readonly state: 'done' }
  | { readonly state: 'parked-again' | 'not-yet' | 'under-way'; readonly row: WaitingRow };

/** Looks how it stands about a parked record after it was decided to try it again. */
export async function triedRow(
  log: LogReader,
  { subscription, key, recordId }: WaitingKey,
): Promise<TriedRow> {
  const rows = await log.waiting({ subscription, key, limit: ROWS_MAX });
  const row = rows.find((candidate) => candidate.recordId === recordId);
  if (row === undefined) return { state: 'done' };
  if (row.kind === 'parked') return { state: 'parked-again', row };
  return { state: hasAnsweredNotYet(row) ? 'not-yet' : 'under-way', row };
}

/** It may have to wait for long: nobody who redrives can wait for that. */
export function hasAnsweredNotYet({ error }: WaitingRow): boolean {
  return error?.code === 'not-yet';
}

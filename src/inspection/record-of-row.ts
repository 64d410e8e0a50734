import { messageOf } from '../backbone/border.ts';
import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';
import type { OpenLog } from './open-logs.ts';

/** What is parked at the border has no place in the log, and carries its message. */
export function isAtBorder({
  position,
  payload,
}: Pick<WaitingRow, 'position' | 'payload'>): boolean {
  return position === 0 && payload !== null;
}

/** The record that a row is about, or the message that it carries; undefined when it is in no log any more. */
export async function recordOfRow(
  { log }: OpenLog,
  row: WaitingRow,
): Promise<StoredRecord | undefined> {
  if (isAtBorder(row)) {
    const { arrival: _, edited: __, position = 0, ...message } = messageOf(row);
    const asTakenIn = { ...message, direction: 'incoming', stream: null, version: null } as const;
    return { ...asTakenIn, position };
  }
  // An id is unique for its source only.
  const records = await log.recordsById([row.recordId]);
  return records.find(({ position }) => position === row.position);
}

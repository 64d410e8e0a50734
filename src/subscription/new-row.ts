import type { WaitingKind, WaitingRow } from '../log/waiting-row.ts';
import type { StoredRecord } from '../log/record.ts';
import { slotOf } from './slot.ts';

/** A record that is not done now, under one of its keys. */
export function newRow(
  subscription: string,
  { id, position, correlationId }: StoredRecord,
  { key, kind, now }: { readonly key: string; readonly kind: WaitingKind; readonly now: number },
): WaitingRow {
  return {
    subscription,
    key,
    recordId: id,
    kind,
    position,
    slot: slotOf(key),
    due: now,
    attempts: 0,
    error: null,
    correlationId,
    since: now,
    payload: null,
  };
}

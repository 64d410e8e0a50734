import type { WaitingRow } from '../log/waiting-row.ts';
import type { OpenLog } from './open-logs.ts';
import { recordOfRow } from './record-of-row.ts';
import { shownRecord } from './shown-record.ts';

/**
 * What a person has put in the place of a record's data, as the audit trail has it, what is personal
 * masked. Null: nothing, or it is not known any more what of it would be personal.
 */
export async function auditedEdit(
  open: OpenLog,
  detail: string,
): Promise<{ readonly data: unknown } | null> {
  const { edited, ...row } = JSON.parse(detail) as WaitingRow & {
    readonly edited?: { readonly data: unknown; readonly schemaVersion?: number } | null;
  };
  if (edited === undefined || edited === null) return null;
  const stored = await recordOfRow(open, row);
  if (stored === undefined) return null;
  const { data, schemaVersion = stored.schemaVersion } = edited;
  const shown = shownRecord(open.vocabulary, {
    ...stored,
    data: JSON.stringify(data),
    schemaVersion,
  });
  return { data: shown.data };
}

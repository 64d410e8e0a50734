import type { StoredRecord } from '../log/record.ts';
import type { WaitingRow } from '../log/waiting-row.ts';

/**
 * What a person has put in the place of a record's own data, for whoever handles that row alone: the
 * record stays as it was. It is kept in the row, whatever becomes of that, until it is done.
 */
export interface Edited {
  readonly data: unknown;
  /** The version that it was written for: later upcasters bring it up as they do any. */
  readonly schemaVersion: number;
  readonly who: string;
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a row is handled with in place of its record's data, if anything. */
export function editedOf({ payload }: Pick<WaitingRow, 'payload'>): Edited | undefined {
  if (payload === null) return undefined;
  return (JSON.parse(payload) as { readonly edited?: Edited }).edited;
}

/** The row with other data, and with all else that it has kept; null: with its record's own. */
export function withEdited(row: WaitingRow, edited: Edited | null): WaitingRow {
  const { edited: _, ...kept } = JSON.parse(row.payload ?? '{}') as { readonly edited?: Edited };
  const all = edited === null ? kept : { ...kept, edited };
  return { ...row, payload: Object.keys(all).length === 0 ? null : JSON.stringify(all) };
}

/** A record as a row of it is handled. */
export function asEdited<Carrying extends Pick<StoredRecord, 'data' | 'schemaVersion'>>(
  carrying: Carrying,
  edited: Edited | undefined,
): Carrying {
  if (edited === undefined) return carrying;
  const { data, schemaVersion } = edited;
  return { ...carrying, data: JSON.stringify(data), schemaVersion };
}

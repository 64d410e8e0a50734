import type { ShownRecord } from '../../../../src/inspection/shown-record.ts';

/** So much of its data is shown in the row of a record. */
const PREVIEW_CHARACTERS = 240;

/** A record without its data, as a hundred thousand of them are held; or how many were left out. */
export type LogEntry =
  | { readonly kind: 'record'; readonly record: LightRecord }
  | {
      readonly kind: 'left-out';
      readonly id: string;
      readonly count: number;
      readonly isAtMost: boolean;
    };

export interface LightRecord extends Omit<ShownRecord, 'data'> {
  /** The beginning of its data. */
  readonly preview: string;
}

export function recordEntry({ data, ...record }: ShownRecord): LogEntry {
  const preview = (JSON.stringify(data) ?? '').slice(0, PREVIEW_CHARACTERS);
  return { kind: 'record', record: { ...record, preview } };
}

/** Unique among all logs. */
export function entryKey(entry: LogEntry): string {
  if (entry.kind === 'left-out') return entry.id;
  return `${entry.record.context} ${entry.record.position}`;
}

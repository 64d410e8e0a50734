import type { ShownRecord } from '../../../../src/inspection/shown-record.ts';

/** What is seen of an action among some records. */
export interface SeenAction {
  readonly correlationId: string;
  /** The oldest that is seen of it. */
  readonly first: ShownRecord;
  /** Whether that is what began it: its cause is no record that is seen, nor an older one. */
  readonly isWhole: boolean;
  /** The oldest first. */
  readonly records: readonly ShownRecord[];
  readonly contexts: readonly string[];
  readonly tookMs: number;
}

/** The actions that some records belong to, those that began last first. */
export function seenActions(records: readonly ShownRecord[]): SeenAction[] {
  const groups = Map.groupBy(records, ({ correlationId }) => correlationId);
  return [...groups]
    .map(([correlationId, found]) => seenAction(correlationId, found))
    .toSorted((a, b) => (a.first.recordedAt < b.first.recordedAt ? 1 : -1));
}

function seenAction(correlationId: string, found: readonly ShownRecord[]): SeenAction {
  // The records of one moment stay in the order in which one caused the other.
  const records = found.toSorted(
    (a, b) => Date.parse(a.recordedAt) - Date.parse(b.recordedAt) || a.id.localeCompare(b.id),
  );
  const first = records[0] as ShownRecord;
  const last = records.at(-1) as ShownRecord;
  return {
    correlationId,
    first,
    isWhole: first.direction !== 'incoming' && first.direction !== 'timer',
    records,
    contexts: [...new Set(records.map(({ context }) => context))],
    tookMs: Date.parse(last.recordedAt) - Date.parse(first.recordedAt),
  };
}

import type { Direction } from '../log/record.ts';

/** As much of a record as tells what caused it. */
export interface CausedRecord {
  /** The context whose log it is in. */
  readonly context: string;
  readonly direction: Direction;
  readonly id: string;
  readonly source: string;
  readonly causationId: string;
}

/** A record, and the records that it caused. */
export interface CausationTree<R extends CausedRecord> {
  readonly record: R;
  readonly caused: readonly CausationTree<R>[];
}

/**
 * Puts each record under the one that caused it, over all contexts. Those whose cause is not among
 * them come first; all stay in the order in which they are given.
 */
export function causationTrees<R extends CausedRecord>(
  records: readonly R[],
): readonly CausationTree<R>[] {
  const byPlace = new Map(records.map((record) => [place(record.context, record.id), record]));
  const children = Map.groupBy(records, (record) =>
    causesOf(record).find((cause) => byPlace.has(cause)),
  );
  const treeOf = (record: R): CausationTree<R> => ({
    record,
    caused: (children.get(place(record.context, record.id)) ?? []).map(treeOf),
  });
  return (children.get(undefined) ?? []).map(treeOf);
}

/** Where a record stands. */
export function place(context: string, id: string): string {
  return `${context} ${id}`;
}

/**
 * Where the record may stand that caused this one. A message that was taken in keeps its id: what
 * published it caused it. Anything else was caused by a record of its own context.
 */
function causesOf({ context, source, id, causationId, direction }: CausedRecord): string[] {
  // What was published may be gone by age; what it was published of stays.
  if (direction === 'incoming') return [place(source, id), place(source, causationId)];
  return [place(context, causationId)];
}

import type { StoredRecord } from '../../log/record.ts';
import type { Held, Outcome, WriteSet } from '../../log/write-set.ts';

/** A record as invariants see it: its data as it was given. */
export interface SimulatedRecord extends Omit<StoredRecord, 'data'> {
  // oxlint-disable-next-line no-explicit-any -- an invariant knows what it looks for
  readonly data: any;
}

/** What the logs hold, kept beside them so that it can be looked at without waiting. */
export class SeenRecords {
  readonly #byContext = new Map<string, SimulatedRecord[]>();

  of(context: string): readonly SimulatedRecord[] {
    return this.#byContext.get(context) ?? [];
  }

  /** Takes in what was committed; answers with it, its data as text. */
  add(
    context: string,
    writeSets: readonly WriteSet[],
    outcomes: readonly (Outcome | Held)[],
  ): readonly StoredRecord[] {
    const added = writeSets.flatMap((writeSet, index) => recordsIn(writeSet, outcomes[index]));
    if (added.length === 0) return added;
    const known = this.#byContext.get(context) ?? [];
    this.#byContext.set(context, known);
    for (const record of added) known.push(seen(record));
    return added;
  }
}

function recordsIn(writeSet: WriteSet, outcome: Held | Outcome | undefined): StoredRecord[] {
  if (outcome?.kind !== 'committed') return [];
  return (writeSet.records ?? []).flatMap((record, index) => {
    const position = outcome.positions[index] ?? 0;
    // One that was known already is left out.
    return position === 0 ? [] : [{ ...record, position }];
  });
}

/** Its data is read only when somebody asks for it. */
function seen(record: StoredRecord): SimulatedRecord {
  let data: unknown;
  return {
    ...record,
    get data() {
      return (data ??= JSON.parse(record.data) as unknown);
    },
  };
}

import type { Checkpoint, StoredCommand } from '../../log/write-set.ts';

/**
 * What the database has told so far, while a group of write sets is being committed: everything
 * that was not as the write sets took it to be.
 */
export class KnownFacts {
  /** The versions of streams. */
  readonly streams = new Map<string, number>();
  /** The streams that another transaction holds at the moment. */
  readonly held = new Set<string>();
  readonly commands = new Map<string, StoredCommand>();
  /** Ranges by `rangeKey`; undefined for one that nobody claimed. */
  readonly ranges = new Map<string, Pick<Checkpoint, 'epoch' | 'position'> | undefined>();
  /** Read models that were never defined. */
  readonly missingModels = new Set<string>();
  /** Documents by `documentKey`, as text; null for one that is not there. */
  readonly documents = new Map<string, string | null>();
  /** The ids of records that are in the log. */
  readonly records = new Set<string>();

  /** Takes in what `commit_v1` answered instead of committing. */
  add(refused: Refused): void {
    for (const [stream, version, isHeld] of refused.streams ?? []) {
      if (isHeld) this.held.add(stream);
      else this.streams.set(stream, version);
    }
    for (const row of refused.commands ?? []) this.commands.set(row.id, commandOf(row));
    for (const [subscription, firstSlot, epoch, position] of refused.ranges ?? [])
      this.ranges.set(
        rangeKey({ subscription, firstSlot }),
        epoch === null || position === null ? undefined : { epoch, position },
      );
    for (const [model, key, text] of refused.documents ?? [])
      this.documents.set(documentKey({ model, key }), text === '' ? null : text);
    for (const model of refused.models ?? []) this.missingModels.add(model);
  }
}

/** What was not as expected, and how it is. */
export interface Refused {
  readonly streams: readonly (readonly [string, number, boolean])[] | null;
  readonly commands: readonly CommandRow[] | null;
  readonly ranges: readonly (readonly [string, number, number | null, number | null])[] | null;
  readonly models: readonly string[] | null;
  readonly documents: readonly (readonly [string, string, string])[] | null;
}

/** A row of the table `commands`, as JSON. */
export interface CommandRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly stream: string;
  readonly from_version: number;
  readonly to_version: number;
  readonly at: number;
  readonly result: string | null;
}

export function commandOf(row: CommandRow): StoredCommand {
  const { id, fingerprint, stream, at, result } = row;
  return {
    id,
    fingerprint,
    stream,
    fromVersion: row.from_version,
    toVersion: row.to_version,
    at,
    result,
  };
}

export function rangeKey(range: { subscription: string; firstSlot: number }): string {
  return `${range.firstSlot} ${range.subscription}`;
}

export function documentKey({ model, key }: { model: string; key: string }): string {
  return `${model.length} ${model}${key}`;
}

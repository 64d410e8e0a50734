import type {
  Checkpoint,
  Mark,
  Operation,
  StoredCommand,
  StoredSnapshot,
} from '../../log/write-set.ts';
import { claimSlots } from '../../log/claim-slots.ts';
import type { Claim } from '../../log/log.ts';
import type { DroppedType, MessageDirection } from '../../log/retention.ts';
import { CommitContendedError } from './commit-contended.ts';
import type { Asked } from './record-queries.ts';

/** What is kept beside the log: checkpoints and marks, commands, snapshots, what people did. */

export async function checkpoints({ ask, schema }: Asked): Promise<Checkpoint[]> {
  const rows = await ask<CheckpointRow>(
    `select ${CHECKPOINT} from ${schema}.checkpoints order by subscription, first_slot`,
  );
  return rows.map(checkpointOfRow);
}

/** So often it is worked out anew when others moved or claimed the same meanwhile. */
const CLAIMS_MAX = 100;

/** Takes slots over, see `claimSlots`. */
export async function claimRanges(
  { ask, schema }: Asked,
  claim: Claim,
): Promise<readonly Checkpoint[]> {
  const { subscription } = claim;
  for (let count = 0; count < CLAIMS_MAX; count += 1) {
    const rows = await ask<CheckpointRow>(
      `select ${CHECKPOINT} from ${schema}.checkpoints where subscription = $1 order by first_slot`,
      [subscription],
    );
    const read = rows.map(checkpointOfRow);
    const { claimed, written, removed } = claimSlots(read, claim);
    const [row] = await ask<[boolean]>(`select ${schema}.claim_v1($1, $2, $3, $4)`, [
      subscription,
      JSON.stringify(read),
      JSON.stringify(written),
      removed.map(({ firstSlot }) => firstSlot),
    ]);
    if (row?.[0] === true) return claimed;
  }
  throw new CommitContendedError(CLAIMS_MAX);
}

const CHECKPOINT = 'subscription, first_slot, last_slot, position, epoch, owner, fingerprint';
type CheckpointRow = readonly [string, number, number, number, number, string, string];

function checkpointOfRow(row: CheckpointRow): Checkpoint {
  const [subscription, firstSlot, lastSlot, position, epoch, owner, fingerprint] = row;
  return { subscription, firstSlot, lastSlot, position, epoch, owner, fingerprint };
}

export async function marks({ ask, schema }: Asked): Promise<Mark[]> {
  const rows = await ask<[string, string, string, number]>(
    `select source, contract, epoch, position from ${schema}.marks order by source, contract`,
  );
  return rows.map(([source, contract, epoch, position]) => ({ source, contract, epoch, position }));
}

export async function received(
  { ask, schema }: Asked,
  source: string,
  ids: readonly string[],
): Promise<Set<string>> {
  // The primary key.
  const rows = await ask<[string]>(
    `select id from ${schema}.received where source = $1 and id = any ($2)`,
    [source, ids],
  );
  return new Set(rows.map(([id]) => id));
}

export async function floor({ ask, schema }: Asked, source: string): Promise<number> {
  const [row] = await ask<[number]>(`select at from ${schema}.floors where source = $1`, [source]);
  return row?.[0] ?? 0;
}

/**
 * Raises the floors of the sources of which something is about to be forgotten. Before it is: a
 * message that can no longer be recognised must not be taken in again.
 */
export async function raiseFloors({ ask, schema }: Asked, before: number): Promise<void> {
  // received_by_time.
  await ask(
    `insert into ${schema}.floors as f (source, at)
    select distinct source, $1::bigint from ${schema}.received where at < $1
    on conflict (source) do update set at = greatest(f.at, excluded.at)`,
    [before],
  );
}

/** Forgets at most `limit` messages; answers how many it were. */
export async function forgetReceived(asked: Asked, before: number, limit: number): Promise<number> {
  // received_by_time, then each row where it lies: by its key, PostgreSQL may look through all of them.
  return deleted(
    asked,
    `delete from ${asked.schema}.received where ctid = any (array(
      select ctid from ${asked.schema}.received where at < $1 order by at limit $2)) returning 1`,
    [before, limit],
  );
}

/** Forgets at most `limit` commands; answers how many it were. */
export async function forgetCommands(asked: Asked, before: number, limit: number): Promise<number> {
  // commands_by_time, then each row where it lies.
  return deleted(
    asked,
    `delete from ${asked.schema}.commands where ctid = any (array(
      select ctid from ${asked.schema}.commands where at < $1 order by at limit $2)) returning 1`,
    [before, limit],
  );
}

async function deleted({ ask }: Asked, sql: string, values: readonly unknown[]): Promise<number> {
  const rows = await ask<[number]>(sql, values);
  return rows.length;
}

export async function command(
  { ask, schema }: Asked,
  id: string,
): Promise<StoredCommand | undefined> {
  const [row] = await ask<[string, string, string, number, number, number, string | null]>(
    `select id, fingerprint, stream, from_version, to_version, at, result
    from ${schema}.commands where id = $1`,
    [id],
  );
  if (row === undefined) return undefined;
  const [, fingerprint, stream, fromVersion, toVersion, at, result] = row;
  return { id, fingerprint, stream, fromVersion, toVersion, at, result };
}

export async function snapshots(
  { ask, schema }: Asked,
  streams: readonly string[],
): Promise<ReadonlyMap<string, StoredSnapshot>> {
  // The primary key.
  const rows = await ask<[string, number, number, string]>(
    `select stream, version, state_version, state from ${schema}.snapshots where stream = any ($1)`,
    [streams],
  );
  return new Map(
    rows.map(([stream, version, stateVersion, state]) => [
      stream,
      { stream, version, stateVersion, state },
    ]),
  );
}

export async function operations({ ask, schema }: Asked, limit: number): Promise<Operation[]> {
  // operations_by_time.
  const rows = await ask<[string, number, string, string, string, string]>(
    `select id, at, who, action, why, detail from ${schema}.operations
    order by at desc, number desc limit $1`,
    [limit],
  );
  return rows.map(([id, at, who, action, why, detail]) => ({ id, at, who, action, why, detail }));
}

/** The last record of each type that is not in the log any more. */
export async function dropped({ ask, schema }: Asked): Promise<DroppedType[]> {
  const rows = await ask<[MessageDirection, string, number]>(
    `select direction, type, position from ${schema}.dropped order by direction, type`,
  );
  return rows.map(([direction, type, position]) => ({ direction, type, position }));
}

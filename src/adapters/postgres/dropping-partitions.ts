import type {
  DroppedRecords,
  DroppedType,
  KeptRecords,
  MessageDirection,
} from '../../log/retention.ts';
import { changePartitions } from './changing-partitions.ts';
import type { Ask } from './database.ts';
import { codeOf } from './errors.ts';
import { type Need, needsOf } from './needed-records.ts';
import { layoutOf, type Partition, type Partitioned } from './partitions.ts';
import { head } from './reading.ts';
import type { KeepOptions, Retaining } from './retention-options.ts';
import { literal, type Place } from './schema.ts';

/**
 * What became of the first partition, where it may go by what is to be kept; undefined when it may
 * not, or somebody else just sees to it.
 */
export async function dropFirst(
  retaining: Retaining,
  of: Partitioned,
  keep: KeepOptions,
): Promise<DroppedRecords | KeptRecords | undefined> {
  try {
    const { server } = retaining;
    const first = await findFirst(retaining, of, keep);
    if (first === undefined) return undefined;
    const kept = await keptFor(server.ask, of, first);
    if (kept !== undefined) return kept;
    const types = await typesOf(server.ask, of.direction, first);
    return await changePartitions(server, of, (ask) => drop(ask, of, { first, types }));
  } catch (error) {
    if (codeOf(error) === NOT_THERE) return undefined;
    throw error;
  }
}

/** The code of a table that is not there: another process has dropped it meanwhile. */
const NOT_THERE = '42P01';

/** The first partition, and the last position in it. */
interface First extends Partition {
  readonly upTo: number;
}

async function findFirst(
  { server, watched }: Retaining,
  of: Partitioned,
  keep: KeepOptions,
): Promise<First | undefined> {
  const { ask, host } = server;
  const [partition] = (await layoutOf(ask, of)).ranges;
  const end = await head({ ask, schema: of.schema }, watched.horizon);
  if (partition === undefined || partition.to > end - (keep.keepPositions ?? 0)) return undefined;
  const { position: upTo, recordedAt } = await lastOf(ask, partition);
  const isYoung = keep.keepMs !== undefined && recordedAt >= host.clock.now() - keep.keepMs;
  return isYoung ? undefined : { ...partition, upTo };
}

/** Asked at each look, for as long as somebody stands still: so all of it is not looked through. */
async function keptFor(
  ask: Ask,
  of: Partitioned,
  { table, upTo }: First,
): Promise<KeptRecords | undefined> {
  for (const need of await needsOf(ask, of, of.direction)) {
    if (need.position >= upTo) return undefined;
    if (need.type === undefined) return keptRecords(of, upTo, need);
    // Its index by position. Without parameters: a statement about a partition is not worth a name.
    const [row] = await ask<[boolean]>(
      `select exists (select from ${table}
        where position > ${need.position} and type = ${literal(need.type)})`,
    );
    if (row?.[0] === true) return keptRecords(of, upTo, need);
  }
  return undefined;
}

/** It is looked at once more who needs it, now that nobody can begin to read it any more. */
async function drop(
  ask: Ask,
  of: Partitioned,
  { first, types }: { readonly first: First; readonly types: readonly CountedType[] },
): Promise<DroppedRecords | KeptRecords | undefined> {
  const [now] = (await layoutOf(ask, of)).ranges;
  if (now?.table !== first.table || now.to !== first.to) return undefined;
  const need = (await needsOf(ask, of, of.direction)).find((each) => isNeeded(types, each));
  if (need !== undefined) return keptRecords(of, first.upTo, need);
  await noteDropped(ask, of, types);
  await ask(`drop table ${first.table}`);
  const count = types.reduce((sum, type) => sum + type.count, 0);
  return { direction: of.direction, upTo: first.upTo, count };
}

/** Of an empty one: before all positions and times. */
async function lastOf(ask: Ask, { table }: Partition) {
  // The end of its index by position.
  const [row] = await ask<[number, number]>(
    `select position, recorded_at from ${table} order by position desc limit 1`,
  );
  const [position, recordedAt] = row ?? [0, -Infinity];
  return { position, recordedAt };
}

interface CountedType extends DroppedType {
  readonly count: number;
}

async function typesOf(
  ask: Ask,
  direction: MessageDirection,
  { table }: Partition,
): Promise<readonly CountedType[]> {
  // All of the partition, which is not written any more.
  const rows = await ask<[string, number, number]>(
    `select type, max(position), count(*) from ${table} group by type order by type`,
  );
  return rows.map(([type, position, count]) => ({ direction, type, position, count }));
}

function isNeeded(types: readonly CountedType[], need: Need): boolean {
  const wanted = types.filter(({ type }) => need.type === undefined || need.type === type);
  return wanted.some(({ position }) => position > need.position);
}

function keptRecords(
  { direction }: Partitioned,
  upTo: number,
  { neededBy, position }: Need,
): KeptRecords {
  return { direction, upTo, neededBy, position };
}

async function noteDropped(
  ask: Ask,
  { schema }: Place,
  types: readonly DroppedType[],
): Promise<void> {
  // The primary key.
  await ask(
    `insert into ${schema}.dropped as d (direction, type, position)
    select g.direction, g.type, g.position
      from json_to_recordset($1) g (direction text, type text, position bigint)
    on conflict (direction, type) do update set position = excluded.position`,
    [JSON.stringify(types)],
  );
}

import type { MessageDirection } from '../../log/retention.ts';
import type { Ask } from './database.ts';
import { literal, type Place, quoted } from './schema.ts';

/**
 * The partitions that messages lie in: those by position, one behind the other without a gap, and
 * the rest, where everything lies that no other takes: all of it as long as nothing is dropped, and
 * nothing while partitions are made ahead in time.
 */
export interface Layout {
  /** The partitions by position, ascending. */
  readonly ranges: readonly Partition[];
  /** How far positions have been given out. */
  readonly drawn: number;
  /** How many bytes the rest has. */
  readonly restBytes: number;
  readonly isRestEmpty: boolean;
  /** No position from here on can lie in the rest: it is about to become a partition. */
  readonly restEnd: number | undefined;
}

/** Messages from a position (-Infinity: the first) to before another one. */
export interface Partition {
  /** As an identifier in SQL, with its schema. */
  readonly table: string;
  readonly from: number;
  readonly to: number;
}

/** What partitions are asked about, or changed, by. */
export interface Partitioned extends Place {
  readonly direction: MessageDirection;
}

export function parentOf({ schema, direction }: Partitioned): string {
  return `${schema}.log_${direction}`;
}

export function restOf(of: Partitioned): string {
  return `${parentOf(of)}_rest`;
}

export async function layoutOf(ask: Ask, of: Partitioned): Promise<Layout> {
  const rows = await ask<[string, string]>(
    `select c.relname, pg_get_expr(c.relpartbound, c.oid)
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass`,
    [parentOf(of)],
  );
  const ranges = rows.flatMap(([name, bound]) => {
    const found = /FROM \((.*)\) TO \('(\d+)'\)/.exec(bound);
    if (found === null) return [];
    const from = Number(/\d+/.exec(found[1] ?? '')?.[0] ?? -Infinity);
    return [{ table: `${of.schema}.${quoted(name)}`, from, to: Number(found[2]) }];
  });
  const [[drawn, restBytes, isRestEmpty, constraint] = [0, 0, true, null]] = await ask<
    [number, number, boolean, string | null]
  >(
    `select case when p.is_called then p.last_value else 0 end,
      pg_relation_size(${literal(restOf(of))}), not exists (select 1 from ${restOf(of)}),
      (select conname from pg_constraint c
        where c.conrelid = ${literal(restOf(of))}::regclass and c.conname like 'ends_at_%')
    from ${of.schema}.log_position p`,
  );
  const restEnd = constraint === null ? undefined : Number(/\d+/.exec(constraint)?.[0]);
  ranges.sort((a, b) => a.from - b.from);
  return { ranges, drawn, restBytes, isRestEmpty, restEnd };
}

/** A new partition, for positions that nobody lies at. Called while all others are kept out. */
export async function makePartition(
  ask: Ask,
  of: Partitioned,
  bounds: Pick<Partition, 'from' | 'to'>,
): Promise<void> {
  const parent = parentOf(of);
  const table = nameOf(of, bounds);
  await ask(`
    create table ${table} (like ${parent});
    create unique index on ${table} (id);
    alter table ${parent} attach partition ${table} for values ${boundsSql(bounds)}`);
}

/**
 * The rest becomes a partition like the others, and a new, empty one takes its place. Called while
 * all others are kept out. Its rows are looked through, unless a constraint tells of them, which then goes.
 */
export async function closeRest(
  ask: Ask,
  of: Partitioned,
  bounds: Pick<Partition, 'from' | 'to'>,
  constraint?: string,
): Promise<void> {
  const parent = parentOf(of);
  const rest = restOf(of);
  const table = nameOf(of, bounds);
  await ask(`
    alter table ${parent} detach partition ${rest};
    alter table ${rest} rename to ${table.slice(of.schema.length + 1)};
    alter table ${parent} attach partition ${table} for values ${boundsSql(bounds)};
    ${constraint === undefined ? '' : `alter table ${table} drop constraint ${constraint};`}
    create table ${rest} partition of ${parent} default;
    create unique index on ${rest} (id)`);
}

/** By where it begins, which no two do. */
function nameOf(of: Partitioned, { from }: Pick<Partition, 'from'>): string {
  return `${parentOf(of)}_${Math.max(0, from)}`;
}

function boundsSql({ from, to }: Pick<Partition, 'from' | 'to'>): string {
  return `from (${from === -Infinity ? 'minvalue' : from}) to (${to})`;
}

import type { Ask } from './database.ts';
import { literal, type Place } from './schema.ts';

/** The SQL about the processes that run a context: who lives, and saying that one lives. */

/** The first half of the keys of the locks that stand for members. */
export function classOf({ schema }: Place): string {
  return `${literal(`${schema}.members`)}::regclass::oid::bigint::bit(32)::integer`;
}

/** All that live, as JSON, the oldest first. */
export function liveSql(place: Place, leaseMs: number): string {
  return `
    with ${HELD}
    select coalesce(json_agg(json_build_object('id', m.id, 'knows', m.knows, 'holds', m.holds)
      order by m.number), '[]')
    from ${place.schema}.members m where ${isLive(place, leaseMs)}`;
}

/**
 * The locks of members, listed once for all that is asked: listed for each row, they would cost so
 * much by the planner's reckoning that it compiled the statement, which takes half a second.
 */
const HELD = `held as materialized (
      select l.classid as class, l.objid::bigint as number from pg_locks l
      where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
        and l.database = (select d.oid from pg_database d where d.datname = current_database()))`;

/** A row of a process that runs a context, or did. */
export type MemberRow = readonly [
  host: string,
  pid: number,
  beatAgoMs: number,
  isLive: boolean,
  holds: string,
];

/** All that there are, also those that were taken for dead and not removed yet, the oldest first. */
export function allMembers(ask: Ask, place: Place, leaseMs: number): Promise<readonly MemberRow[]> {
  return ask<MemberRow>(`with ${HELD}
    select m.host, m.pid,
      (extract(epoch from clock_timestamp() - m.beat_at) * 1000)::bigint, ${isLive(place, leaseMs)},
      m.holds
    from ${place.schema}.members m order by m.number`);
}

/** The processes that live, for whoever must not come in between. */
export async function liveMembers(
  ask: Ask,
  place: Place,
  leaseMs: number,
): Promise<readonly { readonly pid: number }[]> {
  const sql = `with ${HELD}
    select m.pid from ${place.schema}.members m where ${isLive(place, leaseMs)}`;
  return (await ask<[number]>(sql)).map(([pid]) => ({ pid }));
}

function isLive({ schema }: Place, leaseMs: number): string {
  return `m.beat_at > clock_timestamp() - interval '${leaseMs} ms' and (
    not m.has_lock or m.number in (
      select h.number from held h where h.class = ${literal(`${schema}.members`)}::regclass::oid))`;
}

/** What a process says of itself in one context. */
export interface Beat {
  readonly place: Place;
  readonly id: string;
  readonly holds: string;
  readonly leaseMs: number;
}

/**
 * The beats of several contexts in one statement: says that they live, removes who does not, and
 * answers for each with all that live, or null for one that was removed.
 */
export function beatSql(beats: readonly Beat[]): { sql: string; values: string[] } {
  const values: string[] = [];
  const steps: string[] = [];
  const answers: string[] = [];
  beats.forEach(({ place, id, holds, leaseMs }, index) => {
    const own = `$${values.push(id)}`;
    const { schema } = place;
    steps.push(
      `beat_${index} as (
        update ${schema}.members set beat_at = clock_timestamp(), holds = $${values.push(holds)}::json
        where id = ${own} returning 1),
      gone_${index} as (
        delete from ${schema}.members m where m.id <> ${own} and not (${isLive(place, leaseMs)}))`,
    );
    answers.push(
      `select ${index}, case when exists (select 1 from beat_${index}) then (
        select json_agg(json_build_object('id', m.id, 'knows', m.knows, 'holds', m.holds)
          order by m.number)
        from ${schema}.members m where m.id = ${own} or ${isLive(place, leaseMs)}) end`,
    );
  });
  return { sql: `with ${HELD}, ${steps.join(', ')} ${answers.join(' union all ')}`, values };
}

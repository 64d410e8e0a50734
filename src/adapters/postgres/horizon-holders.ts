import type { Holder } from '../../log/holder.ts';
import type { Ask } from './database.ts';
import type { Horizon } from './horizon.ts';
import type { Asked } from './record-queries.ts';

/** A transaction that has drawn positions of a log and not ended: nobody reads beyond them. */
export type HorizonHolder = Omit<Holder, 'heldMs'>;

/** Readers that wait for less than this wait as they always do, for a commit. */
const HELD_MS_MIN = 1_000;

/** Who has kept readers from what others committed, for longer than a moment. */
export async function heldBy(asked: Asked, horizon: Horizon): Promise<Holder | undefined> {
  const { heldMs } = horizon;
  if (heldMs < HELD_MS_MIN) return undefined;
  const [holder] = await horizonHolders(asked.ask, asked);
  if (holder === undefined) return undefined;
  // log_by_position of each partition.
  const sql = `select exists (select 1 from ${asked.schema}.log where position > $1)`;
  const [row] = await asked.ask<[boolean]>(sql, [holder.heldAt]);
  return row?.[0] === true ? { ...holder, heldMs } : undefined;
}

/** Who holds up the readers of a log, the one who holds them most first: see migration 2. */
export async function horizonHolders(
  ask: Ask,
  { schema }: { readonly schema: string },
): Promise<readonly HorizonHolder[]> {
  const rows = await ask<
    [number | null, string | null, string | null, string | null, number, number]
  >(
    `select l.pid, x.gid, a.application_name, a.state,
      (extract(epoch from clock_timestamp() - coalesce(a.xact_start, x.prepared)) * 1000)::bigint,
      p.drawn - ((p.drawn - l.objid::bigint) & 4294967295)
    from (select case when is_called then last_value else 0 end as drawn
        from ${schema}.log_position) p,
      pg_locks l
      left join pg_stat_activity a on a.pid = l.pid
      -- One that is prepared has no process; its own number is what it locks, too.
      left join pg_locks own on l.pid is null and own.pid is null
        and own.locktype = 'transactionid' and own.virtualtransaction = l.virtualtransaction
      left join pg_prepared_xacts x on x.transaction = own.transactionid
    where l.locktype = 'advisory' and l.objsubid = 2 and l.mode = 'ShareLock' and l.granted
      and l.classid = '${schema}.log'::regclass::oid
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
    order by 6, 5 desc`,
  );
  return rows.map(([pid, prepared, application, state, openMs, heldAt]) => ({
    pid,
    prepared,
    application,
    state,
    openMs,
    heldAt,
  }));
}

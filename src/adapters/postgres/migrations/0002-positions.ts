/**
 * Format 2: positions that nothing late can slip under and nothing foreign can hold up.
 *
 * A sequence gives positions out before their transactions commit, so a reader that passed a hole
 * might miss what fills it later. Therefore each writer enters before it draws: it notes how far
 * the sequence had come, by a lock that everybody can see and that goes with its transaction. A
 * reader goes no further than the lowest such note. Whatever is not visible below it then was
 * rolled back. Only writers of this very log can hold a reader up; who it is can be seen.
 */
export const migration0002 = (schema: string): string => `
-- The life of the server in which positions are drawn. Unlogged, so that the row is gone after every
-- crash, on a promoted standby and in a restored backup: a server whose one process crashed begins
-- a new life without a new start.
create unlogged table ${schema}.server_life (
  one boolean primary key default true check (one),
  started timestamptz not null
);
insert into ${schema}.server_life (started) values (pg_postmaster_start_time());

-- After a crash or a failover the sequence may stand where it was before, and hand out positions
-- once more that a reader has passed. The first writer in a life goes far beyond all that can have
-- been drawn and not have reached the disk; the others wait until that itself has reached it.
create function ${schema}.begin_life_v1() returns void language plpgsql as $$
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'local', true);
  end if;
  insert into ${schema}.server_life as l (started) values (pg_postmaster_start_time())
    on conflict (one) do update set started = excluded.started where l.started <> excluded.started;
  if found then
    perform setval('${schema}.log_position', last_value + 1000000) from ${schema}.log_position;
  end if;
end $$;

-- Called before positions are drawn, once in a transaction; remembered in a setting and not in the
-- client, so that the rollback to a savepoint forgets both the lock and the memory of it.
create function ${schema}.enter_v1() returns void language plpgsql as $$
declare
  memory constant text := 'thereupon.entered_' || '${schema}.log'::regclass::oid;
  drawn bigint;
  is_known boolean;
begin
  if current_setting(memory, true) = 'yes' then return; end if;
  select case when p.is_called then p.last_value else 0 end, exists (
      select 1 from ${schema}.server_life l where l.started = pg_postmaster_start_time())
    into drawn, is_known from ${schema}.log_position p;
  if not is_known then
    perform ${schema}.begin_life_v1();
    select p.last_value into drawn from ${schema}.log_position p;
  end if;
  perform pg_advisory_xact_lock_shared(
    '${schema}.log'::regclass::oid::bigint::bit(32)::integer, drawn::bit(32)::integer);
  perform set_config(memory, 'yes', true);
end $$;

-- Up to the horizon nothing can come any more. What is up to there is to be read by a later statement
-- than this one, in a transaction of its own: an older snapshot would not see what filled a hole.
-- In a life that nobody has begun yet, a position may still be given out again: then what is up to
-- the horizon can be read, but it must not be remembered that there was nothing in a hole.
create function ${schema}.horizon_v1(out horizon bigint, out drawn bigint, out is_begun boolean)
language plpgsql as $$
declare
  notes bigint[];
  later bigint;
  entered bigint;
begin
  if pg_is_in_recovery() then
    raise exception 'this is a standby: what writers hold cannot be seen here'
      using errcode = 'read_only_sql_transaction';
  end if;
  -- First this, and only then who holds what.
  select case when p.is_called then p.last_value else 0 end, exists (
      select 1 from ${schema}.server_life l where l.started = pg_postmaster_start_time())
    into drawn, is_begun from ${schema}.log_position p;
  select array_agg(l.objid::bigint) into notes from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.mode = 'ShareLock' and l.granted
      and l.classid = '${schema}.log'::regclass::oid
      and l.database = (select d.oid from pg_database d where d.datname = current_database());
  -- A note has 32 bits of a position; none is above what the sequence has come to by now.
  select p.last_value into later from ${schema}.log_position p;
  select min(later - ((later - n) & 4294967295)) into entered from unnest(notes) n;
  horizon := least(drawn, entered);
end $$;
`;

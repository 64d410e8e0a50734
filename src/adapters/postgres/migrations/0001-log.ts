/**
 * Format 1: the log of a bounded context and what stands beside it, in a schema of its own. Never
 * edited once released; a change is the next number. Times are milliseconds since 1970. Text is
 * compared by code point (`collate "C"`), so that no upgrade of the operating system's locales can
 * damage an index or change an order.
 */
export const migration0001 = (schema: string): string => `
-- What this schema is: rows "context" and "epoch".
create table ${schema}.meta (
  name text collate "C" primary key,
  value text not null
);

-- The epochs that this log went on from after a restore, and how much of each it still has.
create table ${schema}.predecessors (
  epoch text collate "C" primary key,
  up_to bigint not null
);

-- Where the next record goes. Its cache must stay 1: see migration 2.
create sequence ${schema}.log_position as bigint increment 1 minvalue 1 start 1 cache 1 no cycle;

-- The log. Facts and timers stay for ever. Messages may be dropped, where that is asked for: then
-- they lie in partitions by position, which go whole, and otherwise all in one, the rest.
create table ${schema}.log (
  position bigint not null,
  id text collate "C" not null,
  direction text collate "C" not null,
  stream text collate "C",
  version bigint,
  type text collate "C" not null,
  schema_version bigint not null,
  key text collate "C" not null,
  data text collate "C" not null,
  source text collate "C" not null,
  occurred_at bigint not null,
  recorded_at bigint not null,
  correlation_id text collate "C" not null,
  causation_id text collate "C" not null,
  traceparent text collate "C",
  metadata text collate "C"
) partition by list (direction);
create index log_by_position on ${schema}.log (position);
create index log_by_action on ${schema}.log (correlation_id, position);

create table ${schema}.log_domain partition of ${schema}.log for values in ('domain', 'timer');
create unique index log_domain_by_id on ${schema}.log_domain (id);
create unique index log_domain_by_stream on ${schema}.log_domain (stream, version)
  where stream is not null;

create table ${schema}.log_outgoing partition of ${schema}.log
  for values in ('outgoing') partition by range (position);
create table ${schema}.log_outgoing_rest partition of ${schema}.log_outgoing default;
create unique index on ${schema}.log_outgoing_rest (id);

create table ${schema}.log_incoming partition of ${schema}.log
  for values in ('incoming') partition by range (position);
create table ${schema}.log_incoming_rest partition of ${schema}.log_incoming default;
create unique index on ${schema}.log_incoming_rest (id);

-- All that another context may read, beside the epoch.
create view ${schema}.published_v1 as
select position, id, type, schema_version, key, data, source, occurred_at, recorded_at,
  correlation_id, causation_id, traceparent, metadata
from ${schema}.log_outgoing;

-- What was dropped of the log: the last record of each type.
create table ${schema}.dropped (
  direction text collate "C" not null,
  type text collate "C" not null,
  position bigint not null,
  primary key (direction, type)
);

-- Part of each query of what was published, so that a reader cannot miss what was dropped before it
-- came to it; asked once a query, since it depends on nothing that is in a row. Who begins at the
-- beginning begins with what there is. With the rights of the log's owner, for who may only read.
create function ${schema}.is_kept_v1(p_types text[], p_after bigint) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- The primary key.
  if p_after > 0 and exists (
    select 1 from ${schema}.dropped d
      where d.direction = 'outgoing' and d.type = any (p_types) and d.position > p_after
  ) then
    raise exception 'messages after position % were dropped', p_after using errcode = 'TH002';
  end if;
  return true;
end $$;

-- The version that each stream is at, and what a writer holds of it while it commits. Version 0:
-- somebody decided on its not being there.
create table ${schema}.streams (
  stream text collate "C" primary key,
  version bigint not null
) with (fillfactor = 80);

-- How far each subscription has come, by range of slots, and who may move it.
create table ${schema}.checkpoints (
  subscription text collate "C" not null,
  first_slot integer not null,
  last_slot integer not null,
  position bigint not null,
  epoch bigint not null,
  owner text not null,
  fingerprint text not null,
  primary key (subscription, first_slot)
) with (fillfactor = 50);

-- How far other contexts' logs have been taken in, by contract.
create table ${schema}.marks (
  source text collate "C" not null,
  contract text collate "C" not null,
  epoch text not null,
  position bigint not null,
  primary key (source, contract)
) with (fillfactor = 50);

-- The messages taken in, and per source the time below which they have been forgotten.
create table ${schema}.received (
  source text collate "C" not null,
  id text collate "C" not null,
  at bigint not null,
  primary key (source, id)
);
create index received_by_time on ${schema}.received (at);

create table ${schema}.floors (
  source text collate "C" primary key,
  at bigint not null
);

-- The commands handled, and where in their stream their events are; of a transaction, its result.
create table ${schema}.commands (
  id text collate "C" primary key,
  fingerprint text not null,
  stream text not null,
  from_version bigint not null,
  to_version bigint not null,
  at bigint not null,
  result text
);
create index commands_by_time on ${schema}.commands (at);

create table ${schema}.snapshots (
  stream text collate "C" primary key,
  version bigint not null,
  state_version bigint not null,
  state text not null
);

-- All that is not done.
create table ${schema}.waiting (
  subscription text collate "C" not null,
  key text collate "C" not null,
  record_id text collate "C" not null,
  kind text collate "C" not null,
  position bigint not null,
  slot integer not null,
  due bigint not null,
  attempts bigint not null,
  error text,
  correlation_id text collate "C" not null,
  since bigint not null,
  payload text,
  primary key (subscription, key, record_id)
);
create index waiting_by_due on ${schema}.waiting (subscription, due, position);
create index waiting_by_action on ${schema}.waiting (correlation_id);

-- What people did to the running system.
create table ${schema}.operations (
  number bigint generated always as identity,
  id text collate "C" primary key,
  at bigint not null,
  who text not null,
  action text not null,
  why text not null,
  detail text not null
);
create index operations_by_time on ${schema}.operations (at, number);

-- Read models by name, each with a partition of its own that can be dropped whole. "json" and not
-- "jsonb" keeps a document to the letter, also where PostgreSQL cannot take a letter apart.
create table ${schema}.models (
  name text collate "C" primary key,
  id integer generated always as identity unique,
  -- The fields with an index, in the order of its numbers.
  fields text[] not null
);
create table ${schema}.documents (
  model integer not null,
  key text collate "C" not null,
  document json not null,
  -- The key first: with the model first, which is the same in all of a partition, a plan that was made
  -- before anything was known of the table could read all of it.
  primary key (key, model)
) partition by list (model);
`;

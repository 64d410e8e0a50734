/**
 * Format 1: the log and what stands beside it. Never edited once released; a change is the next
 * number. Readable with the `sqlite3` shell; times are milliseconds since 1970.
 */
export const migration0001 = `
-- What this file is: rows "context", "format", "epoch", "owner" (who runs it, as JSON), and after
-- a restore "beyond": all positions from then on are greater.
create table meta (
  name text primary key,
  value text not null
) strict, without rowid;

-- The epochs that this log went on from after a restore, and how much of each it still has.
create table predecessors (
  epoch text primary key,
  up_to integer not null
) strict, without rowid;

-- The log. A position that was given out never comes back: the next one is one more than that of
-- the last record, and that one stays. A stream's version is the highest in the index log_stream;
-- whatever drops old records leaves a stream's last one.
create table log (
  position integer primary key,
  id text not null,
  direction text not null,
  stream text,
  version integer,
  type text not null,
  schema_version integer not null,
  key text not null,
  data text not null,
  source text not null,
  occurred_at integer not null,
  recorded_at integer not null,
  correlation_id text not null,
  causation_id text not null,
  traceparent text,
  metadata text
) strict;

create unique index log_id on log (id);
create unique index log_stream on log (stream, version) where stream is not null;
create index log_action on log (correlation_id);
create index log_outgoing on log (position, type) where direction = 'outgoing';

create trigger log_keeps_its_end before delete on log
when old.position = (select max(position) from log)
begin
  select raise(abort, 'the last record of a log must stay: its position would be given out again');
end;

-- All that another context may read, beside the epoch.
create view published_v1 as
select position, id, type, schema_version, key, data, source, occurred_at, recorded_at,
  correlation_id, causation_id, traceparent, metadata
from log indexed by log_outgoing
where direction = 'outgoing';

-- How far each subscription has come, by range of slots, and who may move it.
create table checkpoints (
  subscription text not null,
  first_slot integer not null,
  last_slot integer not null,
  position integer not null,
  epoch integer not null,
  owner text not null,
  fingerprint text not null,
  primary key (subscription, first_slot)
) strict, without rowid;

-- How far other contexts' logs have been taken in, by contract.
create table marks (
  source text not null,
  contract text not null,
  epoch text not null,
  position integer not null,
  primary key (source, contract)
) strict, without rowid;

-- The messages taken in, and per source the time below which they have been forgotten.
create table received (
  source text not null,
  id text not null,
  at integer not null,
  primary key (source, id)
) strict, without rowid;
create index received_at on received (at);

create table floors (
  source text primary key,
  at integer not null
) strict, without rowid;

-- The commands handled, and where in their stream their events are; of a transaction, its result.
create table commands (
  id text primary key,
  fingerprint text not null,
  stream text not null,
  from_version integer not null,
  to_version integer not null,
  at integer not null,
  result text
) strict, without rowid;
create index commands_at on commands (at);

create table snapshots (
  stream text primary key,
  version integer not null,
  state_version integer not null,
  state text not null
) strict;

-- All that is not done.
create table waiting (
  subscription text not null,
  key text not null,
  record_id text not null,
  kind text not null,
  position integer not null,
  slot integer not null,
  due integer not null,
  attempts integer not null,
  error text,
  correlation_id text not null,
  since integer not null,
  payload text,
  primary key (subscription, key, record_id)
) strict, without rowid;
create index waiting_subscription_due on waiting (subscription, due, position);
create index waiting_action on waiting (correlation_id);

-- What people did to the running system.
create table operations (
  id text primary key,
  at integer not null,
  who text not null,
  action text not null,
  why text not null,
  detail text not null
) strict;
`;

/**
 * Format 6: messages published within transactions that are the user's own. Such a transaction may
 * stay open for long, and a position drawn early would hold up all readers until it ends. Therefore
 * its messages are staged, and only at its commit enter the log: a trigger that PostgreSQL fires
 * then, whatever client or pooler the transaction came by. What is rolled back, up to a savepoint or
 * altogether, takes what was staged in it along.
 */
export const migration0006 = (schema: string): string => `
-- Each row is moved into the log by the commit of the transaction that inserted it, so nobody else
-- ever sees one, and nothing of it needs to survive a crash: unlogged.
create unlogged table ${schema}.staged (
  number bigint generated always as identity primary key,
  id text collate "C" not null,
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
  metadata text collate "C",
  -- What is staged long before its commit was recorded later by as much.
  staged_at timestamptz not null default clock_timestamp()
);

-- Fired at the commit for each row, in the order in which they were inserted. With the rights of the
-- log's owner, so that whoever publishes needs none but to insert into the table.
create function ${schema}.publish_staged_v1() returns trigger language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Before the position is drawn. The first call of a transaction enters, the others find it done.
  perform ${schema}.enter_v1();
  insert into ${schema}.log (
    position, id, direction, stream, version, type, schema_version, key, data, source,
    occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata
  ) values (
    nextval('${schema}.log_position'), new.id, 'outgoing', null, null, new.type,
    new.schema_version, new.key, new.data, new.source, new.occurred_at,
    new.recorded_at + greatest(0, extract(epoch from clock_timestamp() - new.staged_at) * 1000)::bigint,
    new.correlation_id, new.causation_id, new.traceparent, new.metadata
  );
  -- The primary key.
  delete from ${schema}.staged s where s.number = new.number;
  return null;
end $$;

create constraint trigger publish_staged after insert on ${schema}.staged
  deferrable initially deferred for each row execute function ${schema}.publish_staged_v1();
-- Also where other triggers are not fired: what is not moved is not published.
alter table ${schema}.staged enable always trigger publish_staged;
`;

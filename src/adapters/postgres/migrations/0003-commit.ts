/**
 * Format 3: the commit of many write sets in one call. All of what it is given is committed, or
 * nothing: it first looks whether all that the write sets rest on holds, and only then writes. When
 * something does not hold it answers what there is instead (`refused`), and whoever called it
 * leaves out the write sets that this refuses, and calls again.
 *
 * Lists come as arrays where there are many of a kind (events, documents), as JSON otherwise.
 */
export const migration0003 = (schema: string): string => `
create function ${schema}.commit_v1(
  -- Each stream once, ascending: the version it is expected at, and the one it then has (null when
  -- it was only read). A stream that another transaction holds is refused as held, or waited for.
  p_streams text[], p_bases bigint[], p_versions bigint[], p_waits boolean,
  -- Records, in order.
  p_ids text[], p_directions text[], p_record_streams text[], p_record_versions bigint[],
  p_types text[], p_schema_versions bigint[], p_keys text[], p_datas text[], p_sources text[],
  p_occurred bigint[], p_recorded bigint[], p_correlations text[], p_causations text[],
  p_traceparents text[], p_metadatas text[],
  -- Documents, each once; null deletes. What each was: null for whatever, '' for not there.
  p_models text[], p_document_keys text[], p_documents text[], p_befores text[],
  -- Each null when there are none.
  p_received json, p_commands json, p_ranges json, p_marks json, p_snapshots json,
  p_waiting json, p_done json, p_operations json,
  -- The positions of the records that were appended, and the numbers of those that were not, since
  -- they had been received before.
  out positions bigint[], out known integer[],
  out refused json
) language plpgsql as $$
declare
  refused_streams json;
  refused_commands json;
  refused_ranges json;
  refused_models json;
  refused_documents json;
  has_befores boolean := false;
  found_version bigint;
  is_held boolean;
  drawn bigint;
  is_known boolean;
  wanted bigint;
  made bigint;
  deleted record;
begin
  if cardinality(p_streams) = 1 then
    -- The primary key. One stream is the usual case, and worth a plan of its own.
    if p_waits then
      select s.version into found_version from ${schema}.streams s
        where s.stream = p_streams[1] for no key update;
    else
      select s.version into found_version from ${schema}.streams s
        where s.stream = p_streams[1] for no key update skip locked;
      if found_version is null then
        select true into is_held from ${schema}.streams s where s.stream = p_streams[1];
      end if;
    end if;
    if is_held or coalesce(found_version, 0) <> p_bases[1] then
      refused_streams := json_build_array(
        json_build_array(p_streams[1], coalesce(found_version, 0), coalesce(is_held, false)));
    end if;
  elsif cardinality(p_streams) > 1 then
    if p_waits then
      -- The primary key.
      perform 1 from ${schema}.streams s where s.stream = any (p_streams)
        order by s.stream for no key update;
    end if;
    -- The primary key, twice: the second time only for what is not there or held.
    select json_agg(json_build_array(w.stream, coalesce(l.version, 0), h.stream is not null))
      into refused_streams
      from unnest(p_streams, p_bases) w (stream, base)
      left join (
        select s.stream, s.version from ${schema}.streams s where s.stream = any (p_streams)
          order by s.stream for no key update skip locked
      ) l on l.stream = w.stream
      left join ${schema}.streams h on l.stream is null and h.stream = w.stream
      where coalesce(l.version, 0) <> w.base or h.stream is not null;
  end if;

  if p_commands is not null then
    -- The primary key.
    select json_agg(c) into refused_commands from ${schema}.commands c
      where c.id = any (array(select g.id from json_to_recordset(p_commands) g (id text)));
  end if;

  if p_ranges is not null then
    -- The primary key. Locked in one order, so that two who want the same ones never wait for each
    -- other.
    select json_agg(json_build_array(w.subscription, w.first_slot, l.epoch, l.position))
      into refused_ranges
      from json_to_recordset(p_ranges)
        w (subscription text, first_slot integer, epoch bigint, "from" bigint)
      left join (
        select c.subscription, c.first_slot, c.epoch, c.position from ${schema}.checkpoints c
          where (c.subscription, c.first_slot) in (
            select g.subscription, g.first_slot
              from json_to_recordset(p_ranges) g (subscription text, first_slot integer))
          order by c.subscription, c.first_slot for no key update
      ) l on l.subscription = w.subscription and l.first_slot = w.first_slot
      where l.epoch is distinct from w.epoch
        or w."from" is not null and l.position is distinct from w."from";
  end if;

  if cardinality(p_models) > 0 then
    select json_agg(distinct g.model) into refused_models from unnest(p_models) g (model)
      where not exists (select 1 from ${schema}.models m where m.name = g.model);
    has_befores := cardinality(array_remove(p_befores, null)) > 0;
    if has_befores then
      -- The primary key of the model's partition.
      select json_agg(json_build_array(g.model, g.key, coalesce(l.document, '')))
        into refused_documents
        from (
          select m.id, w.model, w.key, w.before
            from unnest(p_models, p_document_keys, p_befores) w (model, key, before)
            join ${schema}.models m on m.name = w.model
            where w.before is not null order by m.id, w.key
        ) g
        left join lateral (
          -- By itself, so that it is looked up by all of the key and locked in the order above.
          select d.document::text from ${schema}.documents d
            where d.model = g.id and d.key = g.key for no key update
        ) l (document) on true
        where g.before <> coalesce(l.document, '');
    end if;
  end if;

  if refused_streams is not null or refused_commands is not null or refused_ranges is not null
    or refused_models is not null or refused_documents is not null
  then
    refused := json_build_object('streams', refused_streams, 'commands', refused_commands,
      'ranges', refused_ranges, 'models', refused_models, 'documents', refused_documents);
    return;
  end if;

  -- Whoever is answered goes on from it in memory, and lives on when the server crashes: what it
  -- rests on must be on the disk, whatever the user's or the server's setting.
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'local', true);
  end if;

  -- The primary key. A stream that was only read and is not there is kept as version 0, so that
  -- whoever makes it at this moment waits for us, or we for him.
  wanted := cardinality(array_positions(p_bases, 0::bigint));
  if wanted > 0 then
    insert into ${schema}.streams as s (stream, version)
      select w.stream, coalesce(w.version, 0) from unnest(p_streams, p_bases, p_versions)
        w (stream, base, version) where w.base = 0
      on conflict (stream) do update set version = excluded.version where s.version = 0;
    get diagnostics made = row_count;
    if made < wanted then
      raise exception 'a stream was made at this moment' using errcode = 'TH001';
    end if;
  end if;
  if wanted < cardinality(p_streams) then
    if cardinality(p_streams) = 1 then
      if p_versions[1] is not null then
        update ${schema}.streams s set version = p_versions[1] where s.stream = p_streams[1];
      end if;
    else
      update ${schema}.streams s set version = w.version
        from unnest(p_streams, p_bases, p_versions) w (stream, base, version)
        where s.stream = w.stream and w.base > 0 and w.version is not null;
    end if;
  end if;

  -- Before positions are drawn: whoever comes second here leaves no hole.
  if p_commands is not null then
    insert into ${schema}.commands (id, fingerprint, stream, from_version, to_version, at, result)
      select g.id, g.fingerprint, g.stream, g."fromVersion", g."toVersion", g.at, g.result
        from json_to_recordset(p_commands) g (id text, fingerprint text, stream text,
          "fromVersion" bigint, "toVersion" bigint, at bigint, result text)
        order by g.id
      on conflict (id) do nothing;
    get diagnostics made = row_count;
    if made < json_array_length(p_commands) then
      raise exception 'a command was handled at this moment' using errcode = 'TH001';
    end if;
  end if;

  if p_received is not null then
    -- The primary key.
    with taken as (
      insert into ${schema}.received (source, id, at)
        select g.source, g.id, g.at
          from json_to_recordset(p_received) g (source text, id text, at bigint)
          order by g.source, g.id
        on conflict do nothing returning source, id
    )
    select array_agg(g.number) into known
      from json_to_recordset(p_received) g (number integer, source text, id text)
      where not exists (select 1 from taken t where t.source = g.source and t.id = g.id);
  end if;

  if cardinality(p_ids) > coalesce(cardinality(known), 0) then
    -- As enter_v1 does, but for its memory: this is called once in a transaction.
    select case when p.is_called then p.last_value else 0 end, exists (
        select 1 from ${schema}.server_life l where l.started = pg_postmaster_start_time())
      into drawn, is_known from ${schema}.log_position p;
    if not is_known then
      perform ${schema}.begin_life_v1();
      select p.last_value into drawn from ${schema}.log_position p;
    end if;
    -- Shared, and nobody takes it otherwise: it is never refused.
    if not pg_try_advisory_xact_lock_shared(
      '${schema}.log'::regclass::oid::bigint::bit(32)::integer, drawn::bit(32)::integer)
    then
      raise exception 'the lock of positions is held by somebody' using errcode = 'TH001';
    end if;
    if cardinality(p_ids) = 1 then
      insert into ${schema}.log (
        position, id, direction, stream, version, type, schema_version, key, data, source,
        occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata
      ) values (
        nextval('${schema}.log_position'), p_ids[1], p_directions[1], p_record_streams[1],
        p_record_versions[1], p_types[1], p_schema_versions[1], p_keys[1], p_datas[1],
        p_sources[1], p_occurred[1], p_recorded[1], p_correlations[1], p_causations[1],
        p_traceparents[1], p_metadatas[1]
      ) returning array[log.position] into positions;
    else
    with appended as (
      insert into ${schema}.log (
        position, id, direction, stream, version, type, schema_version, key, data, source,
        occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata
      )
      select nextval('${schema}.log_position'), r.id, r.direction, r.stream, r.version, r.type,
        r.schema_version, r.key, r.data, r.source, r.occurred_at, r.recorded_at,
        r.correlation_id, r.causation_id, r.traceparent, r.metadata
      from unnest(p_ids, p_directions, p_record_streams, p_record_versions, p_types,
        p_schema_versions, p_keys, p_datas, p_sources, p_occurred, p_recorded, p_correlations,
        p_causations, p_traceparents, p_metadatas) with ordinality
        r (id, direction, stream, version, type, schema_version, key, data, source, occurred_at,
          recorded_at, correlation_id, causation_id, traceparent, metadata, number)
      where known is null or r.number <> all (known)
      returning log.position
    )
    select array_agg(a.position) into positions from appended a;
    end if;
  end if;

  if p_ranges is not null then
    update ${schema}.checkpoints c set position = g."to"
      from json_to_recordset(p_ranges) g (subscription text, first_slot integer, "to" bigint)
      where c.subscription = g.subscription and c.first_slot = g.first_slot
        and c.position <> g."to";
  end if;

  if p_marks is not null then
    insert into ${schema}.marks (source, contract, epoch, position)
      select g.source, g.contract, g.epoch, g.position
        from json_to_recordset(p_marks) g (source text, contract text, epoch text, position bigint)
        order by g.source, g.contract
      on conflict (source, contract)
        do update set epoch = excluded.epoch, position = excluded.position;
  end if;

  if p_snapshots is not null then
    insert into ${schema}.snapshots (stream, version, state_version, state)
      select g.stream, g.version, g."stateVersion", g.state
        from json_to_recordset(p_snapshots)
          g (stream text, version bigint, "stateVersion" bigint, state text)
        order by g.stream
      on conflict (stream) do update
        set version = excluded.version, state_version = excluded.state_version,
          state = excluded.state;
  end if;

  if cardinality(p_models) > 0 then
    if has_befores then
      insert into ${schema}.documents (model, key, document)
        select m.id, g.key, g.document::json
          from unnest(p_models, p_document_keys, p_documents, p_befores)
            g (model, key, document, before)
          join ${schema}.models m on m.name = g.model
          where g.document is not null and g.before = ''
          order by m.id, g.key
        on conflict do nothing;
      get diagnostics made = row_count;
      select count(*) into wanted from unnest(p_documents, p_befores) g (document, before)
        where g.document is not null and g.before = '';
      if made < wanted then
        raise exception 'a document was made at this moment' using errcode = 'TH001';
      end if;
    end if;
    insert into ${schema}.documents (model, key, document)
      select m.id, g.key, g.document::json
        from unnest(p_models, p_document_keys, p_documents, p_befores)
          g (model, key, document, before)
        join ${schema}.models m on m.name = g.model
        where g.document is not null and g.before is distinct from ''
        order by m.id, g.key
      on conflict (model, key) do update set document = excluded.document;
    for deleted in
      select m.id, g.key from unnest(p_models, p_document_keys, p_documents) g (model, key, document)
        join ${schema}.models m on m.name = g.model
        where g.document is null order by m.id, g.key
    loop
      -- The primary key.
      delete from ${schema}.documents d where d.model = deleted.id and d.key = deleted.key;
    end loop;
  end if;

  if p_waiting is not null then
    insert into ${schema}.waiting (subscription, key, record_id, kind, position, slot, due,
        attempts, error, correlation_id, since, payload)
      select g.subscription, g.key, g."recordId", g.kind, g.position, g.slot, g.due, g.attempts,
          g.error, g."correlationId", g.since, g.payload
        from json_to_recordset(p_waiting) g (subscription text, key text, "recordId" text,
          kind text, position bigint, slot integer, due bigint, attempts bigint, error text,
          "correlationId" text, since bigint, payload text)
        order by g.subscription, g.key, g."recordId"
      on conflict (subscription, key, record_id) do update
        set kind = excluded.kind, position = excluded.position, slot = excluded.slot,
          due = excluded.due, attempts = excluded.attempts, error = excluded.error,
          correlation_id = excluded.correlation_id, since = excluded.since,
          payload = excluded.payload;
  end if;

  if p_done is not null then
    delete from ${schema}.waiting w
      using json_to_recordset(p_done) g (subscription text, key text, "recordId" text)
      where w.subscription = g.subscription and w.key = g.key and w.record_id = g."recordId";
  end if;

  if p_operations is not null then
    insert into ${schema}.operations (id, at, who, action, why, detail)
      select g.id, g.at, g.who, g.action, g.why, g.detail
        from json_to_recordset(p_operations) g (id text, at bigint, who text, action text,
          why text, detail text)
      on conflict (id) do nothing;
  end if;
end $$;
`;

/**
 * Format 7: the commit of a single event of a stream, which nothing else goes with: what `commit_v1`
 * does with it, given as values, since lists cost more.
 */
export const migration0007 = (schema: string): string => `
create function ${schema}.commit_one_v1(
  p_stream text, p_version bigint,
  p_id text, p_direction text, p_type text, p_schema_version bigint, p_key text, p_data text,
  p_source text, p_occurred bigint, p_recorded bigint, p_correlation text, p_causation text,
  p_traceparent text, p_metadata text,
  -- Where it was appended. Otherwise null, and the version that the stream has.
  out appended_at bigint, out found_version bigint
) language plpgsql as $$
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'local', true);
  end if;
  -- The primary key. Whoever writes to the stream at this moment is waited for.
  select s.version into found_version from ${schema}.streams s
    where s.stream = p_stream for no key update;
  if coalesce(found_version, 0) <> p_version - 1 then
    found_version := coalesce(found_version, 0);
    return;
  end if;
  if p_version = 1 then
    insert into ${schema}.streams as s (stream, version) values (p_stream, 1)
      on conflict (stream) do update set version = 1 where s.version = 0;
    if not found then
      raise exception 'a stream was made at this moment' using errcode = 'TH001';
    end if;
  else
    update ${schema}.streams s set version = p_version where s.stream = p_stream;
  end if;
  perform ${schema}.enter_v1();
  insert into ${schema}.log (
    position, id, direction, stream, version, type, schema_version, key, data, source,
    occurred_at, recorded_at, correlation_id, causation_id, traceparent, metadata
  ) values (
    nextval('${schema}.log_position'), p_id, p_direction, p_stream, p_version, p_type,
    p_schema_version, p_key, p_data, p_source, p_occurred, p_recorded, p_correlation, p_causation,
    p_traceparent, p_metadata
  ) returning log.position into appended_at;
end $$;
`;

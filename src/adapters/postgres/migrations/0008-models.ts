/**
 * Format 8: read models are made and removed by functions that have the rights of the log's owner,
 * so that a process needs no right to change tables. What they can make is a model's partition, what
 * they can drop the same, and nobody may call them who was not given that right.
 */
export const migration0008 = (schema: string): string => `
-- Makes a read model's partition, and the indexes that it does not have yet.
create function ${schema}.define_model_v1(p_model text, p_fields text[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  there ${schema}.models;
  wanted text;
  indexed text[];
begin
  -- The primary key. Usually it is there, and nobody need wait.
  select * into there from ${schema}.models m where m.name = p_model;
  if found and there.fields @> p_fields then
    return;
  end if;
  -- One at a time: two that define the same model at once would both make its partition.
  lock table ${schema}.models in share row exclusive mode;
  select * into there from ${schema}.models m where m.name = p_model;
  if not found then
    insert into ${schema}.models (name, fields) values (p_model, '{}') returning * into there;
    execute format('create table ${schema}.documents_%1$s partition of ${schema}.documents
      for values in (%1$s)', there.id);
  end if;
  indexed := there.fields;
  foreach wanted in array p_fields loop
    continue when wanted = any (indexed);
    indexed := indexed || wanted;
    -- As they are asked for: null before numbers, numbers before text. An index takes no long texts.
    execute format('create index documents_%1$s_%2$s on ${schema}.documents_%1$s (
      left((case when json_typeof(document -> %3$L) in (''string'', ''object'', ''array'')
        then document ->> %3$L end) collate "C", 200) nulls first,
      (case json_typeof(document -> %3$L)
        when ''number'' then (document ->> %3$L)::numeric
        when ''boolean'' then case document ->> %3$L when ''true'' then 1 else 0 end end) nulls first)',
      there.id, cardinality(indexed), wanted);
  end loop;
  update ${schema}.models m set fields = indexed where m.id = there.id;
end $$;

-- Removes a read model with all its documents.
create function ${schema}.remove_model_v1(p_model text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  removed integer;
begin
  if not exists (select from ${schema}.models m where m.name = p_model) then
    return;
  end if;
  lock table ${schema}.models in share row exclusive mode;
  delete from ${schema}.models m where m.name = p_model returning m.id into removed;
  if removed is not null then
    execute format('drop table ${schema}.documents_%s', removed);
  end if;
end $$;

revoke execute on function ${schema}.define_model_v1(text, text[]) from public;
revoke execute on function ${schema}.remove_model_v1(text) from public;
`;

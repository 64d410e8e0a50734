/**
 * Format 5: slots are taken over in one call, so that a process that stands still in the middle of
 * it holds up nobody. What is to be written was worked out from the rows as they were read; when
 * they are others by now, nothing is written and it is worked out anew.
 */
export const migration0005 = (schema: string): string => `
create function ${schema}.claim_v1(p_subscription text, p_read json, p_written json, p_removed integer[])
returns boolean language plpgsql as $$
begin
  -- One at a time for each subscription, also while it has no row yet that could be locked.
  perform pg_advisory_xact_lock('${schema}.checkpoints'::regclass::oid::bigint::bit(32)::integer,
    hashtext(p_subscription));
  -- The primary key.
  perform 1 from ${schema}.checkpoints c where c.subscription = p_subscription
    order by c.first_slot for update;
  if exists (
    select 1 from (
      select c.first_slot, c.last_slot, c.position, c.epoch from ${schema}.checkpoints c
        where c.subscription = p_subscription
    ) there
    full join json_to_recordset(p_read)
      seen ("firstSlot" integer, "lastSlot" integer, position bigint, epoch bigint)
      on seen."firstSlot" = there.first_slot and seen."lastSlot" = there.last_slot
        and seen.position = there.position and seen.epoch = there.epoch
    where there.first_slot is null or seen."firstSlot" is null
  ) then
    return false;
  end if;
  delete from ${schema}.checkpoints c
    where c.subscription = p_subscription and c.first_slot = any (p_removed);
  insert into ${schema}.checkpoints
      (subscription, first_slot, last_slot, position, epoch, owner, fingerprint)
    select p_subscription, w."firstSlot", w."lastSlot", w.position, w.epoch, w.owner, w.fingerprint
      from json_to_recordset(p_written) w ("firstSlot" integer, "lastSlot" integer, position bigint,
        epoch bigint, owner text, fingerprint text)
    on conflict (subscription, first_slot) do update set last_slot = excluded.last_slot,
      position = excluded.position, epoch = excluded.epoch, owner = excluded.owner,
      fingerprint = excluded.fingerprint;
  return true;
end $$;
`;

-- From where the next claim goes on, without a batch. That is the low-water mark of the last one,
-- so that it does not walk dead rows. A scan from the beginning, which finds late commits and
-- redriven tasks, begins at the time that claim has set for it (full_scan_at; docs/engine.md, A
-- claim), and has no time of the next one yet.
-- Executed by: claim.
create or replace function cronmill.next_scan(last_claim cronmill.claim, now_at timestamptz)
returns cronmill.claim
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    batch cronmill.claim := next_scan.last_claim;
begin
    batch.at_once := false;
    batch.is_alone := false;
    batch.task_ids := null;
    batch.places := null;
    batch.payloads := null;
    batch.attempts := null;
    batch.timeouts := null;
    batch.task_timeout := null;
    batch.has_nodes := false;
    batch.is_held_up := false;
    if next_scan.now_at >= coalesce(batch.full_scan_at, '-infinity') then
        batch.mark_at := array_fill('-infinity'::timestamptz, array[10]);
        batch.mark_id := array_fill(0::bigint, array[10]);
        batch.scan_took := interval '0';
        batch.full_scan_at := null;
    end if;
    return batch;
end
$function$;
comment on function cronmill.next_scan(cronmill.claim, timestamptz) is
    'From where the next claim goes on.';
revoke all on function cronmill.next_scan(cronmill.claim, timestamptz) from public;

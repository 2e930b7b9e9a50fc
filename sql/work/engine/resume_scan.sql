-- What the first claim of a run goes on from.
-- Executed by: run; the processor's run-as role.
create or replace function cronmill.resume_scan(resume cronmill.resume)
returns cronmill.claim
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    batch cronmill.claim;
begin
    batch.mark_at := (resume_scan.resume).mark_at;
    batch.mark_id := (resume_scan.resume).mark_id;
    batch.full_scan_at := (resume_scan.resume).full_scan_at;
    batch.scan_took := (resume_scan.resume).scan_took;
    return batch;
end
$function$;
comment on function cronmill.resume_scan(cronmill.resume)
    is 'What the first claim of a run goes on from.';
revoke all on function cronmill.resume_scan(cronmill.resume) from public;

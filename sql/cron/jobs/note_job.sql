-- Notes a job that was made or found. What was noted with its jobid before is gone: pg_cron was
-- dropped and created since. Changes cronmill_cron.job.
-- Executed by: keep_house, reconcile.
create or replace function cronmill_cron.note_job(
    jobid bigint, database_name text, processor text, slot integer, run_as text
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    update cronmill_cron.job as o
    set removed_at = clock_timestamp()
    where o.jobid = note_job.jobid and o.removed_at is null;
    insert into cronmill_cron.job (jobid, database_name, processor, slot, run_as)
    values (
        note_job.jobid, note_job.database_name, note_job.processor, note_job.slot, note_job.run_as
    );
end
$function$;
comment on function cronmill_cron.note_job(bigint, text, text, integer, text)
    is 'Notes a job that was made or found.';
revoke all on function cronmill_cron.note_job(bigint, text, text, integer, text) from public;

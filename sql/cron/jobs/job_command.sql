-- The command of a slot's job: one CALL and nothing else, or COMMIT inside it would be refused.
-- Executed by: apply_state, differences_now, known_jobs, lost_jobs, noted_jobs, reconcile.
create or replace function cronmill_cron.job_command(processor text, slot integer)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
begin atomic
    select format('call cronmill_processor.%I(%s)', job_command.processor, job_command.slot);
end;
comment on function cronmill_cron.job_command(text, integer) is 'Command of a slot''s job.';
revoke all on function cronmill_cron.job_command(text, integer) from public;

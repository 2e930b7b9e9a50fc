-- The schedule of a slot's job: pg_cron compares names by the locale of its database, and in a
-- Turkish one FRI is not Fri, because the small letter of I is another. No other name has an I.
-- Executed by: differences, reconcile.
create or replace function cronmill_cron.job_schedule(schedule text)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select regexp_replace(schedule, '[Ff][Rr]I', 'Fri', 'g');
end;
comment on function cronmill_cron.job_schedule(text) is 'Schedule of a slot''s job.';
revoke all on function cronmill_cron.job_schedule(text) from public;

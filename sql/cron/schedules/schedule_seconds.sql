-- The number of a schedule of N seconds; null for one of another form. Case and blanks do not
-- matter to pg_cron.
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: keep_demand, nearest_due, processor_jobs.
create or replace function cronmill_cron.schedule_seconds(schedule text)
returns integer
language sql immutable parallel safe security invoker
begin atomic
    select (regexp_match(
        schedule_seconds.schedule collate "C",
        '^[[:space:]]*([1-9]|[1-5][0-9])[[:space:]]+seconds?[[:space:]]*$', 'i'
    ))[1]::integer;
end;
comment on function cronmill_cron.schedule_seconds(text)
    is 'The number of a schedule of N seconds.';
revoke all on function cronmill_cron.schedule_seconds(text) from public;

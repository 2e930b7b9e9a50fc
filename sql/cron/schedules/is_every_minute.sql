-- Whether a schedule is the one by which a processor that sleeps is woken by its tasks, and its
-- runs follow each other by the minute; any other has times of its own, and wakes it by them alone.
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: demand_now, job_schedule, keep_demand, take_rest, wake_database.
create or replace function cronmill_cron.is_every_minute(schedule text)
returns boolean
language sql immutable parallel safe security invoker
begin atomic
    select is_every_minute.schedule = '* * * * *';
end;
comment on function cronmill_cron.is_every_minute(text)
    is 'Whether a schedule is that of a processor which is woken by its tasks.';
revoke all on function cronmill_cron.is_every_minute(text) from public;

-- The schedule of a slot's job: pg_cron compares names by the locale of its database, and in a
-- Turkish one FRI is not Fri, because the small letter of I is another. No other name has an I. Of
-- a processor that sleeps (rest; null for another) it goes by its state: on February 31 nothing
-- starts, and where pg_cron knows seconds a job that has not been started for two starts at once.
-- Then its runs follow each other by the minute; one of another schedule runs until it has nothing
-- to do, and is woken at its next time. The job stays active all the time: one that is not, and
-- becomes it, waits for a whole interval first, and one that stops being it is taken from its run.
-- Executed by: apply_state, differences_now, reconcile.
create or replace function cronmill_cron.job_schedule(
    schedule text, slot integer, rest cronmill_cron.demand
)
returns text
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when (job_schedule.rest).state is null
            then regexp_replace(job_schedule.schedule, '[Ff][Rr]I', 'Fri', 'g')
        when (job_schedule.rest).state in ('asleep', 'wanted')
            or job_schedule.slot > (job_schedule.rest).slots then '0 0 31 2 *'
        when (job_schedule.rest).state = 'granted'
            or job_schedule.slot > (job_schedule.rest).seen_slots
            then
                case when cronmill_cron.supports_seconds() then '2 seconds' else '* * * * *' end
        when cronmill_cron.is_every_minute(job_schedule.schedule) then '* * * * *'
        else '0 0 31 2 *'
    end;
end;
comment on function cronmill_cron.job_schedule(text, integer, cronmill_cron.demand)
    is 'Schedule of a slot''s job; by its state where its processor sleeps.';
revoke all on function cronmill_cron.job_schedule(text, integer, cronmill_cron.demand) from public;

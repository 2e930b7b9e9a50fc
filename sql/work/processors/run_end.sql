-- When a run that lingers ends: just past the next tick of its schedule, on this database's clock,
-- so that pg_cron has the next run ready (docs/pg_cron.md, Runs). Of other schedules than these
-- runs do not linger by default.
-- Executed by: begin_run.
create or replace function cronmill.run_end(schedule text, linger text, started_at timestamptz)
returns timestamptz
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when run_end.linger <> 'tick' then
            case
                when run_end.linger::interval = interval '0' then null
                else run_end.started_at + run_end.linger::interval
            end
        when run_end.schedule = '* * * * *' then
            date_trunc('minute', run_end.started_at) + interval '1 minute 50 milliseconds'
        when run_end.schedule ~ '^[0-9]+ seconds?$' then
            run_end.started_at + run_end.schedule::interval + interval '50 milliseconds'
    end;
end;
comment on function cronmill.run_end(text, text, timestamptz)
    is 'End of a run''s budget by schedule and linger; null if it ends at the first empty claim.';
revoke all on function cronmill.run_end(text, text, timestamptz) from public;

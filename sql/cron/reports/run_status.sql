-- How a run of the history is: succeeded, failed; stopped if its job was deactivated while it went,
-- which pg_cron calls failed; or as open_run_status says. Without a set clause, so that it becomes
-- part of the statement that calls it.
-- Executed by: history, run_statistics, as the registry's owner.
create or replace function cronmill_cron.run_status(
    runid bigint, status text, message text, pid integer, database_name text, start_time timestamptz
)
returns text
language sql stable parallel unsafe security invoker
begin atomic
    select case
        when status = 'failed' and message = 'job canceled' then 'stopped'
        when status in ('succeeded', 'failed') then status
        else cronmill_cron.open_run_status(runid, status, pid, database_name, start_time)
    end;
end;
comment on function cronmill_cron.run_status(bigint, text, text, integer, text, timestamptz)
    is 'How a run is or ended: starting, running, gone, succeeded, failed, stopped.';
revoke all on function cronmill_cron.run_status(bigint, text, text, integer, text, timestamptz)
    from public;

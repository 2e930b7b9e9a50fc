-- When pg_cron last had to start a job of this schedule, at or before a moment (see nearest_due):
-- who has not started since is late. With N seconds the latest time at which the last start may
-- have been. Null for never.
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: dues.
create or replace function cronmill_cron.last_due(
    schedule text, before timestamptz, zone text, needs_both_days boolean
)
returns timestamptz
language sql stable parallel safe security invoker
begin atomic
    select cronmill_cron.nearest_due(
        last_due.schedule, last_due.before, last_due.zone, last_due.needs_both_days, true);
end;
comment on function cronmill_cron.last_due(text, timestamptz, text, boolean)
    is 'When pg_cron last had to start a job of this schedule; null for never.';
revoke all on function cronmill_cron.last_due(text, timestamptz, text, boolean) from public;

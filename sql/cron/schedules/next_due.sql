-- When pg_cron starts a job of this schedule for the first time after a moment, by these rules (see
-- nearest_due).
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: dues, judged, keep_demand, silences, take_rest.
create or replace function cronmill_cron.next_due(
    schedule text, after timestamptz, zone text, needs_both_days boolean
)
returns timestamptz
language sql stable parallel safe security invoker
begin atomic
    select cronmill_cron.nearest_due(
        next_due.schedule, next_due.after, next_due.zone, next_due.needs_both_days, false);
end;
comment on function cronmill_cron.next_due(text, timestamptz, text, boolean)
    is 'When pg_cron, by these rules, next starts a job of this schedule; null for never.';
revoke all on function cronmill_cron.next_due(text, timestamptz, text, boolean) from public;

-- The same by the rules of this pg_cron.
-- Executed by: dues, judged, keep_demand, silences, take_rest.
create or replace function cronmill_cron.next_due(schedule text, after timestamptz)
returns timestamptz
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select cronmill_cron.next_due(schedule, after, r.zone, r.needs_both_days)
    from cronmill_cron.schedule_rules() as r;
end;
comment on function cronmill_cron.next_due(text, timestamptz)
    is 'When this pg_cron next starts a job of this schedule; null for never.';
revoke all on function cronmill_cron.next_due(text, timestamptz) from public;

-- A duration as alarms tell it.
-- Executed by: demand_troubles, processor_troubles, silences, troubles.
create or replace function cronmill_cron.duration_text(duration interval)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when duration < interval '2 minutes'
            then format('%s s', floor(extract(epoch from duration)))
        when duration < interval '2 hours'
            then format('%s min', floor(extract(epoch from duration) / 60))
        when duration < interval '2 days'
            then format('%s h', floor(extract(epoch from duration) / 3600))
        else format('%s days', floor(extract(epoch from duration) / 86400))
    end;
end;
comment on function cronmill_cron.duration_text(interval) is 'A duration in words.';
revoke all on function cronmill_cron.duration_text(interval) from public;

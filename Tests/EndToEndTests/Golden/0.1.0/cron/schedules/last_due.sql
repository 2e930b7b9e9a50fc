-- When pg_cron last had to start a job of this schedule, at or before a moment: who has not started
-- since is late. Null if that is years ago, or never was. With N seconds the latest time at which
-- the last start may have been.
-- Executed by: dues.
create or replace function cronmill_cron.last_due(
    schedule text, before timestamptz, zone text, needs_both_days boolean
)
returns timestamptz
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    reach interval := interval '2 minutes';
    -- One is due after early and at or before late; none after late.
    early timestamptz;
    middle timestamptz;
    late timestamptz := before;
begin
    if cronmill_cron.schedule_seconds(schedule) is not null then
        return before
            - (cronmill_cron.next_due(schedule, before, zone, needs_both_days) - before);
    end if;
    loop
        early := before - reach;
        exit when cronmill_cron.next_due(schedule, early, zone, needs_both_days) <= before;
        if reach > interval '366 days' then
            return null;
        end if;
        late := early;
        reach := reach * 8;
    end loop;
    while late - early > interval '1 minute' loop
        middle := early + (late - early) / 2;
        if cronmill_cron.next_due(schedule, middle, zone, needs_both_days) <= before then
            early := middle;
        else
            late := middle;
        end if;
    end loop;
    early := cronmill_cron.next_due(schedule, early, zone, needs_both_days);
    middle := cronmill_cron.next_due(schedule, early, zone, needs_both_days);
    return case when middle <= before then middle else early end;
end
$function$;
comment on function cronmill_cron.last_due(text, timestamptz, text, boolean)
    is 'When pg_cron last had to start a job of this schedule; null if that is years ago.';
revoke all on function cronmill_cron.last_due(text, timestamptz, text, boolean) from public;

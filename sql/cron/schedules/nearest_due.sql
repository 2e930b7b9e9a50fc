-- When pg_cron starts a job of this schedule for the first time after a moment; or, backwards, when
-- for the last time at or before it. Null for one that never comes, for @reboot, and for what
-- pg_cron would refuse. pg_cron looks at every minute that really passes: a time that the clock
-- leaves out in spring does not come, one that it repeats in autumn comes twice. A schedule of N
-- seconds counts from the last start, which is what the moment has to be then. Zone and rule of
-- days are those of schedule_rules: for many schedules they are read once.
-- Executed by: last_due, next_due; next_tick of work databases.
create or replace function cronmill_cron.nearest_due(
    schedule text, moment timestamptz, zone text, needs_both_days boolean, is_backwards boolean
)
returns timestamptz
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    seconds constant integer := cronmill_cron.schedule_seconds(schedule);
    fields constant text[] := cronmill_cron.schedule_fields(schedule);
    due timestamptz := date_trunc('minute', moment, 'UTC')
        + case when is_backwards then interval '0' else interval '1 minute' end;
    first_due constant timestamptz := due - interval '41 years';
    last_due constant timestamptz := due + interval '41 years';
    clock timestamp;
    minutes integer[];
    hours integer[];
    days integer[];
    months integer[];
    weekdays integer[];
    needs_both boolean;
    is_last_day boolean;
    of_day boolean;
    of_weekday boolean;
    target timestamp;
    unit text;
begin
    if seconds is not null then
        return moment + case when is_backwards then -seconds else seconds end * interval '1 second';
    end if;
    if not isfinite(moment) or cardinality(fields) < 5 then
        return null;
    end if;
    if fields[1:5] = array['*', '*', '*', '*', '*'] then
        return due;
    end if;
    is_last_day := fields[3] = '$';
    minutes := cronmill_cron.schedule_values(fields[1], 1);
    hours := cronmill_cron.schedule_values(fields[2], 2);
    days := case when is_last_day then '{}' else cronmill_cron.schedule_values(fields[3], 3) end;
    months := cronmill_cron.schedule_values(fields[4], 4);
    weekdays := cronmill_cron.schedule_values(fields[5], 5);
    if num_nulls(minutes, hours, days, months, weekdays) > 0 then
        return null;
    end if;
    needs_both := needs_both_days or fields[3] ^@ '*' or fields[5] ^@ '*';
    -- The 31st of February is a way to say never.
    if needs_both and not is_last_day and not exists (
        select 1
        from unnest(months) as m (month)
        join unnest(days) as d (day)
            on d.day <= (array[31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[m.month]
    ) then
        return null;
    end if;
    while due between first_due and last_due loop
        clock := due at time zone zone;
        of_day := case
            when is_last_day
                then extract(month from clock + interval '1 day') <> extract(month from clock)
            else extract(day from clock)::integer = any (days)
        end;
        of_weekday := extract(dow from clock)::integer = any (weekdays)
            or extract(isodow from clock)::integer = any (weekdays);
        unit := case
            when extract(month from clock)::integer <> all (months) then 'month'
            when not case when needs_both then of_day and of_weekday
                else of_day or of_weekday end then 'day'
            when extract(hour from clock)::integer <> all (hours) then 'hour'
            when extract(minute from clock)::integer <> all (minutes) then 'minute'
        end;
        if unit is null then
            return due;
        end if;
        -- To the next month, day or hour, or to the end of the one before; where the clock is
        -- changed on the way, in smaller steps.
        loop
            target := date_trunc(unit, clock) + case
                when is_backwards then interval '-1 minute' else ('1 ' || unit)::interval end;
            exit when unit = 'minute' or (due + (target - clock)) at time zone zone = target;
            unit := case unit when 'month' then 'day' when 'day' then 'hour' else 'minute' end;
        end loop;
        due := due + (target - clock);
    end loop;
    return null;
end
$function$;
comment on function cronmill_cron.nearest_due(text, timestamptz, text, boolean, boolean)
    is 'When a job of this schedule is due first after a moment, or last before; null for never.';
revoke all on function cronmill_cron.nearest_due(text, timestamptz, text, boolean, boolean)
    from public;

-- Refuses a schedule that pg_cron refuses or misreads, and a linger that it cannot have.
-- Executed by: take_settings.
create or replace function cronmill_cron.check_schedule(schedule text, linger text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    -- Those that all of Cronmill understands: pg_cron would take other blanks and capitals.
    is_in_seconds constant boolean := schedule ~ '^([1-9]|[1-5][0-9]) seconds?$';
    fields constant text[] := cronmill_cron.schedule_fields(schedule);
    message text := pg_catalog.format('invalid schedule: %s', schedule);
    detail text;
    hint text := 'Use minute, hour, day of month, month, day of week: * * * * *; each with *, '
        'numbers, names of months and weekdays, lists (1,2), ranges (1-5), steps (*/2, 1-5/2).';
begin
    if is_in_seconds and not cronmill_cron.supports_seconds() then
        message := pg_catalog.format('this pg_cron has no schedules in seconds: %s', schedule);
        detail := 'They came with pg_cron 1.5.';
        hint := 'Use the schedule * * * * * with linger tick (--every 1m --linger tick): '
            'tasks start within milliseconds all the same.';
    elsif schedule ~ '^@' and schedule !~ '^@(hourly|daily|midnight|weekly|monthly)$' then
        detail := 'pg_cron runs @reboot once and never again, and @yearly in some versions never.';
        hint := 'Use five cron fields, such as * * * * * or 0 0 1 1 *, '
            'or @hourly, @daily, @weekly, @monthly.';
    elsif not is_in_seconds and cardinality(fields) <> 5 then
        detail := pg_catalog.format(
            'It has %s fields; pg_cron reads five and ignores the rest.', cardinality(fields));
    elsif fields[3] = '$' and not cronmill_cron.supports_last_day() then
        message := pg_catalog.format(
            'this pg_cron has no last day of the month ($): %s', schedule);
        detail := 'It came with pg_cron 1.6.';
        hint := 'Use day 28, which every month has; or have the handler end where tomorrow is not '
            'the first.';
    elsif octet_length(schedule) >= 1000 then
        detail := 'It has 1000 bytes or more.';
    elsif not is_in_seconds then
        select t.fault into detail
        from unnest(fields) with ordinality as f (items, field)
        cross join lateral unnest(string_to_array(f.items, ',')) as i (item)
        cross join lateral (
            select cronmill_cron.schedule_fault(i.item, f.field::integer) as fault
        ) as t
        where t.fault is not null and not (f.field = 3 and f.items = '$')
        limit 1;
    end if;
    if detail is not null then
        raise exception using
            errcode = 'MC005', message = message, detail = detail, hint = hint;
    end if;
    if (linger = 'tick' and (schedule = '* * * * *' or is_in_seconds)
        or linger <> 'tick' and linger::interval > interval '0')
        and cronmill_cron.runs_one_at_a_time()
    then
        raise exception using
            errcode = 'MC005',
            message = 'with background workers pg_cron 1.4 runs one job at a time, so no run may '
                'linger',
            hint = 'Set cron.use_background_workers = off and restart, or use linger 0 '
                '(--linger 0).';
    end if;
end
$function$;
comment on function cronmill_cron.check_schedule(text, text)
    is 'Refuses schedules pg_cron would refuse or misread.';
revoke all on function cronmill_cron.check_schedule(text, text) from public;

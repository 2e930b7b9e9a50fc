-- Refuses a schedule that pg_cron refuses or misreads: it ignores a sixth field and what follows a * of the fifth, never
-- comes to a range that runs backwards, and reads a step beyond the range as "once".
-- Executed by: take_settings.
create or replace function cronmill_cron.check_schedule(schedule text, linger text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    -- Only these two are blanks to pg_cron.
    fields constant text[] := regexp_split_to_array(btrim(schedule, e' \t'), e'[ \t]+');
    lowest constant integer[] := array[0, 0, 1, 1, 0];
    highest constant integer[] := array[59, 23, 31, 12, 7];
    spans constant integer[] := array[60, 24, 31, 12, 7];
    months constant text[] := array[
        'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
    weekdays constant text[] := array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    item text;
    parts text[];
    low integer;
    high integer;
    step integer;
begin
    if schedule ~ '^([1-9]|[1-5][0-9]) seconds?$' then
        if not cronmill_cron.supports_seconds() then
            raise exception using
                errcode = 'MC005',
                message = pg_catalog.format('this pg_cron has no schedules in seconds: %s', schedule),
                detail = 'They came with pg_cron 1.5.',
                hint = 'Use the schedule * * * * * with linger tick (--every 1m --linger tick): tasks start within milliseconds all the same.';
        end if;
    elsif schedule ~ '^@' then
        -- @reboot runs once and never again; @yearly has no month in some versions of pg_cron and never runs.
        if schedule !~ '^@(hourly|daily|midnight|weekly|monthly)$' then
            raise exception using
                errcode = 'MC005',
                message = pg_catalog.format('invalid schedule: %s', schedule),
                hint = 'Use five cron fields, such as * * * * * or 0 0 1 1 *, or @hourly, @daily, @weekly, @monthly.';
        end if;
    elsif cardinality(fields) <> 5 then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format('invalid schedule: %s', schedule),
            detail = pg_catalog.format('It has %s fields; pg_cron reads five and ignores the rest.', cardinality(fields)),
            hint = 'Use minute, hour, day of month, month, day of week: * * * * *';
    else
        if fields[3] = '$' and not cronmill_cron.supports_last_day() then
            raise exception using
                errcode = 'MC005',
                message = pg_catalog.format('this pg_cron has no last day of the month ($): %s', schedule),
                detail = 'It came with pg_cron 1.6.',
                hint = 'Use day 28, which every month has; or have the handler end where tomorrow is not the first.';
        end if;
        for i in 1 .. 5 loop
            continue when i = 3 and fields[i] = '$';
            foreach item in array string_to_array(fields[i], ',') loop
                parts := regexp_match(
                    lower(item collate "C"),
                    '^(?:[*]|([0-9]{1,9}|[a-z]{3})(?:-([0-9]{1,9}|[a-z]{3}))?)(?:/([0-9]{1,9}))?$');
                if i in (4, 5) and parts is not null then
                    for bound in 1 .. 2 loop
                        parts[bound] := coalesce(
                            (lowest[i] - 1 + array_position(case i when 4 then months else weekdays end, parts[bound]))::text,
                            parts[bound]);
                    end loop;
                end if;
                if parts is null or octet_length(schedule) >= 1000 or parts[1] ~ '[a-z]' or parts[2] ~ '[a-z]'
                    or parts[3]::integer = 0 or (parts[3] is not null and parts[2] is null and parts[1] is not null)
                then
                    raise exception using
                        errcode = 'MC005',
                        message = pg_catalog.format('invalid schedule: %s', schedule),
                        detail = pg_catalog.format('"%s" is not understood.', item),
                        hint = 'Use *, numbers, names of months and weekdays; lists (1,2), ranges (1-5), steps (*/2, 1-5/2).';
                end if;
                low := coalesce(parts[1]::integer, lowest[i]);
                high := coalesce(parts[2]::integer, parts[1]::integer, highest[i]);
                if low > high or low < lowest[i] or high > highest[i] then
                    raise exception using
                        errcode = 'MC005',
                        message = pg_catalog.format('invalid schedule: %s', schedule),
                        detail = pg_catalog.format('"%s" is not within %s to %s, or runs backwards.', item, lowest[i], highest[i]);
                end if;
                step := parts[3]::integer;
                if step > (case when parts[1] is null then spans[i] else high - low + 1 end) then
                    raise exception using
                        errcode = 'MC005',
                        message = pg_catalog.format('invalid schedule: %s', schedule),
                        detail = pg_catalog.format('A step of %s is longer than the field; pg_cron would read it otherwise than meant.', step);
                end if;
            end loop;
        end loop;
    end if;
    if (linger = 'tick' and (schedule = '* * * * *' or schedule ~ '^[0-9]+ seconds?$')
        or linger <> 'tick' and linger::interval > interval '0')
        and cronmill_cron.runs_one_at_a_time()
    then
        raise exception using
            errcode = 'MC005',
            message = 'with background workers pg_cron 1.4 runs one job at a time, so no run may linger',
            hint = 'Set cron.use_background_workers = off and restart, or use linger 0 (--linger 0).';
    end if;
end
$function$;
comment on function cronmill_cron.check_schedule(text, text) is 'Refuses schedules pg_cron would refuse or misread.';
revoke all on function cronmill_cron.check_schedule(text, text) from public;

-- Refuses a schedule that pg_cron refuses or misreads: it ignores a sixth field, and reads a step
-- beyond the field's span as "once". Executed by: take_settings.
create or replace function cronmill_cron.check_schedule(schedule text, linger text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    fields constant text[] := regexp_split_to_array(btrim(schedule), '\s+');
    spans constant integer[] := array[59, 23, 31, 12, 7];
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
        for i in 1 .. 5 loop
            step := (regexp_match(fields[i], '/(\d{1,9})$'))[1]::integer;
            if step > spans[i] then
                raise exception using
                    errcode = 'MC005',
                    message = pg_catalog.format('invalid schedule: %s', schedule),
                    detail = pg_catalog.format('A step of %s is longer than the field; pg_cron would read it otherwise than meant.', step);
            end if;
        end loop;
    end if;
    if (linger = 'tick' and (schedule = '* * * * *' or schedule ~ '^\d+ seconds?$')
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

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
    hint text;
begin
    if is_in_seconds and not cronmill_cron.supports_seconds() then
        message := pg_catalog.format('this pg_cron has no schedules in seconds: %s', schedule);
        detail := 'They came with pg_cron 1.5.';
        hint := 'Use the schedule * * * * * with linger tick (--every 1m --linger tick): '
            'tasks start within milliseconds all the same.';
    elsif not is_in_seconds then
        select f.detail, f.hint into detail, hint
        from cronmill_cron.fields_fault(schedule) as f;
        if detail is null and fields[3] = '$' and not cronmill_cron.supports_last_day() then
            message := pg_catalog.format(
                'this pg_cron has no last day of the month ($): %s', schedule);
            detail := 'It came with pg_cron 1.6.';
            hint := 'Use day 28, which every month has; or have the handler end where tomorrow is '
                'not the first.';
        end if;
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

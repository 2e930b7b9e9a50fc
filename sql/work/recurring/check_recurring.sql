-- Refuses a recurring template that could not be fired, or would not mean what it says. Returns the
-- zone as PostgreSQL writes it.
-- Executed by: set_recurring.
create or replace function cronmill.check_recurring(
    name text, schedule text, zone text, template jsonb, catch_up text, catch_up_within interval,
    overlap text
)
returns text
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
-- What it is set to here ends with it.
set timezone = 'UTC'
as $function$
declare
    fault record;
    known_zone text;
begin
    if (octet_length(check_recurring.name) between 1 and 63
        and check_recurring.name !~ '[\x01-\x1f\x7f]') is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a recurring template has a name of 1 to 63 bytes, '
                'without control characters';
    end if;
    if check_recurring.schedule is null then
        raise exception using
            errcode = 'MC005', message = 'a recurring template has a schedule';
    end if;
    if check_recurring.schedule ~* '^\s*[0-9]+\s+seconds?\s*$' then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format('invalid schedule: %s', check_recurring.schedule),
            detail = 'The ticks of a recurring template are a minute apart or more.',
            hint = 'Use five cron fields, such as * * * * *.';
    end if;
    select f.detail, f.hint into fault
    from cronmill.fields_fault(check_recurring.schedule) as f;
    if fault.detail is not null then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format('invalid schedule: %s', check_recurring.schedule),
            detail = fault.detail, hint = fault.hint;
    end if;
    -- As PostgreSQL writes it. It takes more than names, offsets with the sign of POSIX among them,
    -- which have digits; to look through all names takes too long for those that have none.
    begin
        known_zone := set_config('TimeZone', coalesce(check_recurring.zone, ''), true);
    exception
        when invalid_parameter_value then
            known_zone := null;
    end;
    if known_zone ~ '^(posix|right|localtime|Factory)' or known_zone ~ '[0-9<]' and not exists (
        select from pg_catalog.pg_timezone_names as z where z.name = known_zone)
    then
        known_zone := null;
    end if;
    if known_zone is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format('time zone "%s" is not known', check_recurring.zone),
            hint = 'Use a name such as Europe/Berlin or UTC: '
                'select name from pg_timezone_names order by 1;';
    end if;
    perform cronmill.check_template(check_recurring.template);
    if (check_recurring.catch_up in ('skip', 'one', 'all')
        and check_recurring.overlap in ('allow', 'skip')) is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'catch_up is skip, one or all, and overlap allow or skip, not %s and %s',
                coalesce(check_recurring.catch_up, 'null'),
                coalesce(check_recurring.overlap, 'null'));
    end if;
    if (check_recurring.catch_up_within > interval '0'
        and check_recurring.catch_up_within <= interval '366 days') is not true
    then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = pg_catalog.format(
                'catch_up_within %s is not a time of up to 366 days',
                coalesce(check_recurring.catch_up_within::text, 'null'));
    end if;
    return known_zone;
end
$function$;
comment on function cronmill.check_recurring(text, text, text, jsonb, text, interval, text)
    is 'Refuses a recurring template that could not be fired.';
revoke all on function cronmill.check_recurring(text, text, text, jsonb, text, interval, text)
    from public;

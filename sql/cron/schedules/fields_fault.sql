-- What is wrong with a schedule of five fields, as pg_cron and we read it, and a hint; both null if
-- nothing is. What only later versions know ($) passes.
-- Executed by: check_schedule; check_recurring of work databases.
create or replace function cronmill_cron.fields_fault(
    schedule text, out detail text, out hint text
)
returns record
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    fields constant text[] := cronmill_cron.schedule_fields(schedule);
begin
    hint := 'Use minute, hour, day of month, month, day of week: * * * * *; each with *, '
        'numbers, names of months and weekdays, lists (1,2), ranges (1-5), steps (*/2, 1-5/2).';
    if schedule ~ '^@' and schedule !~ '^@(hourly|daily|midnight|weekly|monthly)$' then
        detail := 'pg_cron runs @reboot once and never again, and @yearly in some versions never.';
        hint := 'Use five cron fields, such as * * * * * or 0 0 1 1 *, '
            'or @hourly, @daily, @weekly, @monthly.';
    elsif cardinality(fields) <> 5 then
        detail := pg_catalog.format(
            'It has %s fields; pg_cron reads five and ignores the rest.', cardinality(fields));
    elsif octet_length(schedule) >= 1000 then
        detail := 'It has 1000 bytes or more.';
    else
        select t.fault into detail
        from unnest(fields) with ordinality as f (items, field)
        cross join lateral unnest(string_to_array(f.items, ',')) as i (item)
        cross join lateral (
            select cronmill_cron.schedule_fault(i.item, f.field::integer) as fault
        ) as t
        where t.fault is not null and not (f.field = 3 and f.items = '$')
        limit 1;
    end if;
    if detail is null then
        hint := null;
    end if;
end
$function$;
comment on function cronmill_cron.fields_fault(text)
    is 'What is wrong with a schedule of five fields, and a hint; null if nothing is.';
revoke all on function cronmill_cron.fields_fault(text) from public;

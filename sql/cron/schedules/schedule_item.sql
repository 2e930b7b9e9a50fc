-- What one item of a list in a field of a schedule means: first value, last value, and step, which
-- is null where it has none; null for what pg_cron does not understand. Values may be out of the
-- field's range, and run backwards.
-- Executed by: schedule_fault, schedule_values.
create or replace function cronmill_cron.schedule_item(item text, field integer)
returns integer[]
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    reach constant integer[] := cronmill_cron.schedule_range(schedule_item.field);
    names constant text[] := case schedule_item.field
        when 4 then array[
            'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
        when 5 then array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
    end;
    written constant text collate "C" := lower(schedule_item.item collate "C");
    step integer;
    edge text;
    bounds integer[] := array[]::integer[];
begin
    -- A step needs a range. To match takes a tenth of the time it takes to capture what matched.
    if written !~ '^(([*]|([0-9]{1,9}|[a-z]{3})-([0-9]{1,9}|[a-z]{3}))(/[0-9]{1,9})?'
        '|[0-9]{1,9}|[a-z]{3})$'
    then
        return null;
    end if;
    step := nullif(split_part(written, '/', 2), '')::integer;
    if step = 0 then
        return null;
    elsif written ^@ '*' then
        return reach || step;
    end if;
    foreach edge in array string_to_array(split_part(written, '/', 1), '-') loop
        bounds := bounds || case when edge ~ '^[0-9]' then edge::integer
            else reach[1] - 1 + array_position(names, edge) end;
    end loop;
    if array_position(bounds, null) is not null then
        return null;
    end if;
    return array[bounds[1], bounds[cardinality(bounds)], step];
end
$function$;
comment on function cronmill_cron.schedule_item(text, integer)
    is 'First value, last value and step of one item of a field of a schedule.';
revoke all on function cronmill_cron.schedule_item(text, integer) from public;

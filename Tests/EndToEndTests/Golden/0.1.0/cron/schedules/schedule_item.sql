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
    lowest constant integer := (cronmill_cron.schedule_range(schedule_item.field))[1];
    highest constant integer := (cronmill_cron.schedule_range(schedule_item.field))[2];
    names constant text[] := case schedule_item.field
        when 4 then array[
            'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
        when 5 then array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
    end;
    parts constant text[] := regexp_match(
        lower(schedule_item.item collate "C"),
        '^(?:[*]|([0-9]{1,9}|[a-z]{3})(?:-([0-9]{1,9}|[a-z]{3}))?)(?:/([0-9]{1,9}))?$');
    step constant integer := parts[3]::integer;
    bounds integer[];
begin
    if parts is null or step = 0 then
        return null;
    elsif parts[1] is null then
        return array[lowest, highest, step];
    end if;
    bounds := array(
        select case when b.text ~ '^[0-9]' then b.text::integer
            else lowest - 1 + array_position(names, b.text) end
        from unnest(parts[1:2]) with ordinality as b (text, position)
        where b.text is not null
        order by b.position
    );
    -- A step needs a range.
    if array_position(bounds, null) is not null or cardinality(bounds) = 1 and step is not null then
        return null;
    end if;
    return array[bounds[1], bounds[cardinality(bounds)], step];
end
$function$;
comment on function cronmill_cron.schedule_item(text, integer)
    is 'First value, last value and step of one item of a field of a schedule.';
revoke all on function cronmill_cron.schedule_item(text, integer) from public;

-- The values of one field of a schedule, as pg_cron reads it; null for what it refuses.
-- Executed by: next_due.
create or replace function cronmill_cron.schedule_values(items text, field integer)
returns integer[]
language plpgsql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    reach constant integer[] := cronmill_cron.schedule_range(schedule_values.field);
    item text;
    bounds integer[];
    found integer[] := array[]::integer[];
begin
    foreach item in array string_to_array(schedule_values.items, ',') loop
        bounds := cronmill_cron.schedule_item(item, schedule_values.field);
        if (reach[1] <= bounds[1] and bounds[1] <= bounds[2] and bounds[2] <= reach[2]) is not true
        then
            return null;
        end if;
        found := found
            || array(select generate_series(bounds[1], bounds[2], coalesce(bounds[3], 1)));
    end loop;
    return found;
end
$function$;
comment on function cronmill_cron.schedule_values(text, integer)
    is 'The values of one field of a schedule; null for what pg_cron refuses.';
revoke all on function cronmill_cron.schedule_values(text, integer) from public;

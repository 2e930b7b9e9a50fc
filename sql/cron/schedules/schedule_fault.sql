-- What is wrong with one item of a list in a field of a schedule, as a sentence; null if nothing
-- is. pg_cron never comes to a range that runs backwards, and reads a step beyond the range as
-- "once".
-- Executed by: fields_fault.
create or replace function cronmill_cron.schedule_fault(item text, field integer)
returns text
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    reach constant integer[] := cronmill_cron.schedule_range(schedule_fault.field);
    bounds constant integer[] := cronmill_cron.schedule_item(
        schedule_fault.item, schedule_fault.field);
begin
    return case
        when bounds is null then pg_catalog.format('"%s" is not understood.', schedule_fault.item)
        when bounds[1] > bounds[2] or bounds[1] < reach[1] or bounds[2] > reach[2] then
            pg_catalog.format(
                '"%s" is not within %s to %s, or runs backwards.',
                schedule_fault.item, reach[1], reach[2])
        -- All days of the week are seven, though 0 and 7 are one of them.
        when bounds[3] > bounds[2] - bounds[1] + 1
            or bounds[3] > 7 and schedule_fault.field = 5 and schedule_fault.item ^@ '*' then
            pg_catalog.format(
                'A step of %s is longer than the field; pg_cron would read it otherwise than '
                    'meant.',
                bounds[3])
    end;
end
$function$;
comment on function cronmill_cron.schedule_fault(text, integer)
    is 'What is wrong with one item of a field of a schedule; null if nothing is.';
revoke all on function cronmill_cron.schedule_fault(text, integer) from public;

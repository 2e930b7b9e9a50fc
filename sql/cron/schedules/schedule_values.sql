-- The values of one field of a schedule, as pg_cron reads it; null for what it refuses.
-- Executed by: next_due.
create or replace function cronmill_cron.schedule_values(field text, low integer, high integer, names text[])
returns integer[]
language plpgsql immutable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    item text;
    parts text[];
    first_value integer;
    last_value integer;
    found integer[] := array[]::integer[];
begin
    foreach item in array string_to_array(lower(field collate "C"), ',') loop
        parts := regexp_match(item, '^(?:[*]|([0-9]{1,9}|[a-z]{3})(?:-([0-9]{1,9}|[a-z]{3}))?)(?:/([0-9]{1,9}))?$');
        if parts is null or parts[1] is not null and parts[2] is null and parts[3] is not null then
            return null;
        end if;
        first_value := case
            when parts[1] is null then low
            when parts[1] ~ '^[0-9]' then parts[1]::integer
            else low + array_position(names, parts[1]) - 1
        end;
        last_value := case
            when parts[1] is null then high
            when parts[2] is null then first_value
            when parts[2] ~ '^[0-9]' then parts[2]::integer
            else low + array_position(names, parts[2]) - 1
        end;
        if (low <= first_value and first_value <= last_value and last_value <= high and coalesce(parts[3], '1') !~ '^0*$')
            is not true
        then
            return null;
        end if;
        found := found || array(select generate_series(first_value, last_value, coalesce(parts[3], '1')::integer));
    end loop;
    return found;
end
$function$;
comment on function cronmill_cron.schedule_values(text, integer, integer, text[]) is 'The values of one field of a schedule; null for what pg_cron refuses.';
revoke all on function cronmill_cron.schedule_values(text, integer, integer, text[]) from public;

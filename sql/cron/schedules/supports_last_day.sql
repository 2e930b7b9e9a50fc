-- Whether this pg_cron knows $ for the last day of the month (from 1.6), found in the same way.
-- Executed by: check_schedule.
create or replace function cronmill_cron.supports_last_day()
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cron.schedule('cronmill probe', '0 0 $ * *', 'select 1');
    raise exception using errcode = 'MC000';
exception
    when sqlstate 'MC000' then
        return true;
    when invalid_parameter_value then
        return false;
end
$function$;
comment on function cronmill_cron.supports_last_day() is 'True from pg_cron 1.6 on.';
revoke all on function cronmill_cron.supports_last_day() from public;

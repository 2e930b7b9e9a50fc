-- Whether this pg_cron knows `N seconds` schedules (from 1.5): by trying, in a subtransaction that
-- is undone, because the third digit of its version cannot be seen and settings may not be
-- readable.
-- Executed by: capacity, check_schedule, house_schedule, job_schedule, runs_one_at_a_time.
create or replace function cronmill_cron.supports_seconds()
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cron.schedule('cronmill probe', '1 second', 'select 1');
    raise exception using errcode = 'MC000';
exception
    when sqlstate 'MC000' then
        return true;
    when invalid_parameter_value then
        return false;
end
$function$;
comment on function cronmill_cron.supports_seconds() is 'True from pg_cron 1.5 on.';
revoke all on function cronmill_cron.supports_seconds() from public;

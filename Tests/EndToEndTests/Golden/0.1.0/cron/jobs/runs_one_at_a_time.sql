-- pg_cron 1.4 with background workers waits for each of them: jobs run one after another.
-- Executed by: check_schedule, house, house_faults, watch.
create or replace function cronmill_cron.runs_one_at_a_time()
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return coalesce(cronmill_cron.uses_background_workers(), false)
        and not cronmill_cron.supports_seconds();
end
$function$;
comment on function cronmill_cron.runs_one_at_a_time()
    is 'True on pg_cron 1.4 in background-worker mode.';
revoke all on function cronmill_cron.runs_one_at_a_time() from public;

-- Whether pg_cron uses background workers; null where its settings cannot be read.
-- Executed by: capacity, runs_one_at_a_time.
create or replace function cronmill_cron.uses_background_workers()
returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    if pg_catalog.pg_has_role('pg_read_all_settings', 'usage') then
        return pg_catalog.current_setting('cron.use_background_workers', true)::boolean;
    end if;
    return null;
end
$function$;
comment on function cronmill_cron.uses_background_workers()
    is 'cron.use_background_workers, or null where it cannot be read.';
revoke all on function cronmill_cron.uses_background_workers() from public;

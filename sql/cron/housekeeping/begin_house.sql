-- Begins the work of a housekeeper, unless another backend is at it: pg_cron can start a run beside
-- another one after its launcher restarted. Changes cronmill_cron.housekeeper.
-- Executed by: house, watch.
create or replace function cronmill_cron.begin_house(name text)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $function$
begin
    update cronmill_cron.housekeeper as h
    set pid = pg_catalog.pg_backend_pid(),
        backend_start = (
            select a.backend_start
            from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) as a
        )
    where h.name = begin_house.name
        and not exists (
            select
            from pg_catalog.pg_stat_get_activity(h.pid) as a
            -- Of none it shows all: the last one has noted its end, and may be there for a moment.
            where a.pid = h.pid and a.pid <> pg_catalog.pg_backend_pid()
                and a.backend_start = h.backend_start
        );
    return found;
end
$function$;
comment on function cronmill_cron.begin_house(text)
    is 'Begins the work of a housekeeper, unless another backend is at it.';
revoke all on function cronmill_cron.begin_house(text) from public;

-- Whether the database of a registered name is the one that was registered. One that was dropped
-- leaves its name to whoever makes another, and whatever stands in that one would run as the run-as
-- roles of the first. The registry's own database is always the one.
-- Executed by: deactivate_replaced, differences_now, reconcile, register, runs_as, take_settings.
create or replace function cronmill_cron.is_same_database(database_name text)
returns boolean
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select exists (
        select
        from cronmill_cron.work_database as w
        join pg_catalog.pg_database as d on d.datname = w.name
        where w.name = is_same_database.database_name
            and (d.oid = w.database_oid or d.datname = current_database())
    );
end;
comment on function cronmill_cron.is_same_database(text)
    is 'True if the database of that name is the one that was registered.';
revoke all on function cronmill_cron.is_same_database(text) from public;

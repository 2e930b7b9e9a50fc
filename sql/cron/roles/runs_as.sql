-- Whether a processor of a registered database runs as a role that is permitted for it: what its
-- own database says of that is only its owner's word. False for what the caller may not see.
-- Executed by: the registry's owner, monitors and operators; process of the command line.
create or replace function cronmill_cron.runs_as(database_name text, processor text, role_name text)
returns boolean
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select exists (
        select
        from cronmill_cron.work_database as w
        join cronmill_cron.processor as p on p.work_database_id = w.work_database_id
        join cronmill_cron.run_as as a
            on a.work_database_id = w.work_database_id and a.role_name = p.run_as
        where w.name = runs_as.database_name
            and p.name = runs_as.processor
            and p.run_as = runs_as.role_name
            and cronmill_cron.is_same_database(w.name)
            and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    );
end;
comment on function cronmill_cron.runs_as(text, text, text)
    is 'True if the registry knows the processor to run as the role.';
revoke all on function cronmill_cron.runs_as(text, text, text) from public;

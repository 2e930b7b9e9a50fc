-- Whether the database of a registered name is the one that was registered. One that was dropped leaves its name to whoever
-- makes another, and whatever stands in that one would run as the run-as roles of the first. The registry's own database is
-- always the one. Executed by: take_settings, reconcile, deactivate_replaced, runs_as, differences.
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
comment on function cronmill_cron.is_same_database(text) is 'True if the database of that name is the one that was registered.';
revoke all on function cronmill_cron.is_same_database(text) from public;

-- Deactivates the jobs of databases that were dropped, before or after another has taken their name. They are activated
-- again by setup, or sync, of the database. Returns how many were. Changes cron.job. Executed by: watch.
create or replace function cronmill_cron.deactivate_replaced()
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    gone constant text[] := array(
        select w.name from cronmill_cron.work_database as w where not cronmill_cron.is_same_database(w.name)
    );
    one record;
    changes integer := 0;
begin
    if cardinality(gone) = 0 then
        return 0;
    end if;
    for one in
        select distinct n.database_name, n.processor
        from cronmill_cron.noted_jobs() as n
        where n.slot > 0 and n.active and n.database_name = any (gone)
    loop
        begin
            changes := changes + cronmill_cron.reconcile(one.database_name, one.processor);
        exception
            -- The functions of one run-as role do not hold up the others; differences() says what is left.
            when others then
                null;
        end;
    end loop;
    return changes;
end
$function$;
comment on function cronmill_cron.deactivate_replaced() is 'Deactivates the jobs of databases that were dropped; returns how many.';
revoke all on function cronmill_cron.deactivate_replaced() from public;

-- Whether a processor of a registered database runs as a role that is permitted for it: what its own database says of that
-- is only its owner's word. False for what the caller may not see.
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
        join cronmill_cron.run_as as a on a.work_database_id = w.work_database_id and a.role_name = p.run_as
        where w.name = runs_as.database_name and p.name = runs_as.processor and p.run_as = runs_as.role_name
            and cronmill_cron.is_same_database(w.name)
            and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    );
end;
comment on function cronmill_cron.runs_as(text, text, text) is 'True if the registry knows the processor to run as the role.';
revoke all on function cronmill_cron.runs_as(text, text, text) from public;

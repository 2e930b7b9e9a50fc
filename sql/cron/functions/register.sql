-- Registers a work database with its link role, which gets the view link and nothing else, and nothing before it is made. Of
-- a database that was dropped, and whose name another has taken, nothing is left. Changes cronmill_cron.work_database. Executed by: the registry's owner.
create or replace function cronmill_cron.register(database_name text, link_role text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    if exists (
        select from cronmill_cron.work_database as w
        where w.link_role = register.link_role and w.name <> register.database_name
    ) then
        raise exception using
            errcode = 'MC031',
            message = pg_catalog.format('role "%s" is the link of another database', register.link_role),
            detail = 'Both names are shortened to the same one.',
            hint = 'Rename one of the databases.';
    end if;
    if exists (select from cronmill_cron.work_database as w where w.name = register.database_name)
        and not cronmill_cron.is_same_database(register.database_name)
    then
        perform cronmill_cron.unregister(register.database_name);
    end if;
    insert into cronmill_cron.work_database as w (name, database_oid, link_role)
    values (
        register.database_name,
        (select d.oid from pg_catalog.pg_database as d where d.datname = register.database_name),
        register.link_role
    )
    on conflict on constraint work_database_name_is_unique do update
    set database_oid = excluded.database_oid, link_role = excluded.link_role;
    perform cronmill_cron.renew_privileges();
    perform cronmill_cron.keep_house();
end
$function$;
comment on function cronmill_cron.register(text, text) is 'Registers a work database with its link role.';
revoke all on function cronmill_cron.register(text, text) from public;

-- Strikes a work database out: its jobs, processors and permissions. The link role is left to the caller.
-- Changes cronmill_cron.work_database and what belongs to it, cron.job. Executed by: the registry's owner.
create or replace function cronmill_cron.unregister(database_name text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    gone cronmill_cron.work_database;
    one text;
    released text[];
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    select w.* into gone from cronmill_cron.work_database as w where w.name = unregister.database_name for update;
    if not found then
        return;
    end if;
    for one in
        select p.name from cronmill_cron.processor as p where p.work_database_id = gone.work_database_id
        union
        select o.processor from cronmill_cron.job as o
        where o.database_name = gone.name and o.removed_at is null and o.slot > 0
    loop
        delete from cronmill_cron.processor as p
        where p.work_database_id = gone.work_database_id and p.name = one;
        perform cronmill_cron.reconcile(gone.name, one);
    end loop;
    released := array(
        select a.role_name from cronmill_cron.run_as as a where a.work_database_id = gone.work_database_id
        union
        select g.role_name from cronmill_cron.grantee as g where g.work_database_id = gone.work_database_id
        union
        select gone.link_role where gone.link_role is not null
    );
    delete from cronmill_cron.work_database as w where w.work_database_id = gone.work_database_id;
    foreach one in array released loop
        perform cronmill_cron.release_role(one);
    end loop;
    perform cronmill_cron.keep_house();
end
$function$;
comment on function cronmill_cron.unregister(text) is 'Strikes a work database out of the registry, with its jobs.';
revoke all on function cronmill_cron.unregister(text) from public;

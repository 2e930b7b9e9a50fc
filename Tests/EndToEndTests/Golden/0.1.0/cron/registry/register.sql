-- Registers a work database with its link role, which gets the view link and nothing else, and
-- nothing before it is made. Of a database that was dropped, and whose name another has taken,
-- nothing is left. Changes cronmill_cron.work_database.
-- Executed by: the registry's owner.
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
            message = pg_catalog.format(
                'role "%s" is the link of another database', register.link_role),
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
comment on function cronmill_cron.register(text, text)
    is 'Registers a work database with its link role.';
revoke all on function cronmill_cron.register(text, text) from public;

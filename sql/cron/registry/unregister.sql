-- Strikes a work database out: its jobs, processors and permissions. The link role is left to the
-- caller. Changes cronmill_cron.work_database and what belongs to it, cron.job.
-- Executed by: register; the registry's owner.
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
    select w.* into gone
    from cronmill_cron.work_database as w
    where w.name = unregister.database_name
    for update;
    if not found then
        return;
    end if;
    for one in
        select p.name
        from cronmill_cron.processor as p
        where p.work_database_id = gone.work_database_id
        union
        select o.processor from cronmill_cron.job as o
        where o.database_name = gone.name and o.removed_at is null and o.slot > 0
    loop
        delete from cronmill_cron.processor as p
        where p.work_database_id = gone.work_database_id and p.name = one;
        perform cronmill_cron.reconcile(gone.name, one);
    end loop;
    released := array(
        select a.role_name
        from cronmill_cron.run_as as a
        where a.work_database_id = gone.work_database_id
        union
        select g.role_name
        from cronmill_cron.grantee as g
        where g.work_database_id = gone.work_database_id
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
comment on function cronmill_cron.unregister(text)
    is 'Strikes a work database out of the registry, with its jobs.';
revoke all on function cronmill_cron.unregister(text) from public;

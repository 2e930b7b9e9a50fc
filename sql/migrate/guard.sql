-- Keeps others from changing cron.job while pg_cron moves: what is scheduled in a place that pg_cron leaves is run by
-- nobody, without an error. `cronmill migrate` installs it in the place pg_cron leaves, takes it away when that place
-- is restored, and the place's extension takes it along when it is dropped. Arguments of the trigger: the database
-- pg_cron leaves, and the one it goes to. (cron.unschedule fires no trigger; its jobs are not recreated.)
create schema if not exists cronmill_migration;
comment on schema cronmill_migration is 'Cronmill: the move of pg_cron to another database, until it is finished.';

-- Trigger function. Executed by: trigger cronmill_migration_guard.
create or replace function cronmill_migration.refuse_change()
returns trigger
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'MC019',
        message = pg_catalog.format('pg_cron moves from database "%s" to database "%s"', tg_argv[0], tg_argv[1]),
        detail = 'A job that is made or changed here would be lost.',
        hint = pg_catalog.format('See how far it is with cronmill migrate status; after it, connect to database "%s".',
            tg_argv[1]);
end
$function$;
comment on function cronmill_migration.refuse_change() is 'Trigger: refuses changes of jobs while pg_cron moves.';

-- Keeps others from changing cron.job while pg_cron moves: what is scheduled in a place that
-- pg_cron leaves is run by nobody, and what is unscheduled there goes on, without an error.
-- `cronmill migrate` installs it in the place pg_cron leaves, takes it away when that place is
-- restored, and the place's extension takes it along when it is dropped.
create schema if not exists cronmill_migration;
comment on schema cronmill_migration
    is 'Cronmill: the move of pg_cron to another database, until it is finished.';

-- Trigger function. Arguments of its triggers: the database pg_cron leaves, and the one it goes to.
-- Executed by: triggers cronmill_migration_guard, and the same with _delete, _truncate and _probe.
create or replace function cronmill_migration.refuse_change()
returns trigger
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'MC019',
        message = pg_catalog.format(
            'pg_cron moves from database "%s" to database "%s"', tg_argv[0], tg_argv[1]),
        detail = 'A job that is made or changed here would be lost.',
        hint = pg_catalog.format(
            'See how far it is with cronmill migrate status; after it, connect to database "%s".',
            tg_argv[1]);
end
$function$;
comment on function cronmill_migration.refuse_change()
    is 'Trigger: refuses changes of jobs while pg_cron moves.';

create table if not exists cronmill_migration.guarded (
    signature text not null,
    definition text not null,
    constraint guarded_pkey primary key (signature)
);
comment on table cronmill_migration.guarded
    is 'Functions of pg_cron that fire no trigger and are guarded by another body, as they were.';
comment on column cronmill_migration.guarded.signature is 'The function.';
comment on column cronmill_migration.guarded.definition is 'The statement that makes it again.';

-- Gives pg_cron's functions that delete a job, which fire no trigger, a body that refuses. What is
-- the extension's, and who may execute it, stays so. Changes cronmill_migration.guarded. Executed
-- by: cronmill migrate.
create or replace function cronmill_migration.guard_functions(from_database text, to_database text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    deleting record;
begin
    for deleting in
        select
            p.oid::regprocedure::text as signature,
            pg_catalog.pg_get_functiondef(p.oid) as definition,
            pg_catalog.pg_get_function_arguments(p.oid) as arguments,
            pg_catalog.pg_get_function_result(p.oid) as result
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_language as l on l.oid = p.prolang and l.lanname = 'c'
        where p.pronamespace = 'cron'::regnamespace and p.proname = 'unschedule'
    loop
        insert into cronmill_migration.guarded (signature, definition)
        values (deleting.signature, deleting.definition)
        on conflict on constraint guarded_pkey do nothing;
        execute pg_catalog.format(
            'create or replace function cron.unschedule(%s) returns %s language plpgsql as %L',
            deleting.arguments, deleting.result,
            pg_catalog.format(
                'begin raise exception using errcode = ''MC019'', message = %L, '
                'detail = %L, hint = %L; end',
                pg_catalog.format(
                    'pg_cron moves from database "%s" to database "%s"',
                    from_database, to_database),
                'A job that is unscheduled here would go on there.',
                pg_catalog.format(
                    'See how far it is with cronmill migrate status; '
                    'after it, connect to database "%s".',
                    to_database)));
    end loop;
end
$function$;
comment on function cronmill_migration.guard_functions(text, text)
    is 'Gives functions of pg_cron that fire no trigger a body that refuses.';

-- Makes them what they were.
-- Executed by: cronmill migrate rollback.
create or replace function cronmill_migration.release_functions()
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    deleting record;
begin
    for deleting in select g.definition from cronmill_migration.guarded as g loop
        execute deleting.definition;
    end loop;
    delete from cronmill_migration.guarded;
end
$function$;
comment on function cronmill_migration.release_functions()
    is 'Makes guarded functions of pg_cron what they were.';

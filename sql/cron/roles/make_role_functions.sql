-- Makes the functions of a run-as role, or makes them anew. The role owns them, and may name none
-- of them. Changes privileges and functions.
-- Executed by: the registry's owner; setup.
create or replace function cronmill_cron.make_role_functions(role_name text)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    acting_as constant text := pg_catalog.current_setting('role');
    dropped text[];
    made text[];
    one text;
    missing text;
begin
    -- It needs what is granted on pg_cron, and it is that role which lacks it, not who makes these.
    select string_agg(
        pg_catalog.format('grant %s to %I;', t.target, make_role_functions.role_name),
        ' ' order by t.place, t.target)
    into missing
    from (
        select 1 as place, 'usage on schema cron' as target,
            pg_catalog.has_schema_privilege(
                make_role_functions.role_name, 'cron', 'usage') as is_held
        union all
        select 2, pg_catalog.format('execute on function %s', p.oid::regprocedure),
            pg_catalog.has_function_privilege(make_role_functions.role_name, p.oid, 'execute')
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
    ) as t
    where not t.is_held;
    if missing is not null then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format(
                'role "%s" lacks privileges on pg_cron', make_role_functions.role_name),
            detail = 'Without a superuser its jobs are made by itself.',
            hint = pg_catalog.format(
                'In database "%s", as a superuser: %s', pg_catalog.current_database(), missing);
    end if;
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    create schema if not exists cronmill_run_as;
    execute 'comment on schema cronmill_run_as is ''Cronmill: functions owned by each run-as role, '
        'by which its jobs are made as its own.''';
    -- What does not fit a model any more, or had its results changed, is not replaced.
    dropped := array(
        select pg_catalog.format('drop function %s', p.oid::regprocedure)
        from pg_catalog.pg_proc as p
        where p.pronamespace = to_regnamespace('cronmill_run_as')
            and p.proname = make_role_functions.role_name
    );
    made := array(
        select pg_catalog.format(
            e.command, m.name, m.arguments, m.result, m.volatility, m.body, current_user, m.purpose)
        from (
            select pg_catalog.format('cronmill_run_as.%I', make_role_functions.role_name) as name,
                pg_catalog.pg_get_function_arguments(p.oid) as arguments,
                pg_catalog.pg_get_function_result(p.oid) as result,
                case p.provolatile when 's' then 'stable' else 'volatile' end as volatility,
                p.prosrc as body, pg_catalog.obj_description(p.oid, 'pg_proc') as purpose, p.oid
            from pg_catalog.pg_proc as p
            where p.pronamespace = 'cronmill_cron'::regnamespace and p.proname = 'as_role'
        ) as m
        cross join (values
            (1, 'create function %1$s(%2$s) returns %3$s language plpgsql %4$s '
                'parallel unsafe security definer '
                || 'set search_path = pg_catalog, pg_temp as %5$L'),
            (2, 'comment on function %1$s(%2$s) is %7$L'),
            (3, 'revoke all on function %1$s(%2$s) from public'),
            (4, 'grant execute on function %1$s(%2$s) to %6$I')
        ) as e (place, command)
        order by m.oid, e.place
    );
    execute pg_catalog.format(
        'grant usage, create on schema cronmill_run_as to %I', make_role_functions.role_name);
    perform pg_catalog.set_config('role', make_role_functions.role_name, true);
    foreach one in array dropped || made loop
        execute one;
    end loop;
    perform pg_catalog.set_config('role', acting_as, true);
    execute pg_catalog.format(
        'revoke all on schema cronmill_run_as from %I', make_role_functions.role_name);
end
$function$;
comment on function cronmill_cron.make_role_functions(text)
    is 'Makes the functions of a run-as role.';
revoke all on function cronmill_cron.make_role_functions(text) from public;

-- Why the functions of a run-as role may not be called, as the end of a sentence; null if they may. An owner can alter
-- his function, so that it runs what he likes as its caller, the registry's owner: so the role may own these and not name
-- them, nor may anybody who can act as the role. Whoever cannot use the schema can do nothing to a function in it but
-- drop it with all he owns; so what is found here holds until the call, too.
-- Executed by: assert_sound, broken_roles, visible_jobs, role_runs, keep_house, deliver_to; setup.
create or replace function cronmill_cron.role_fault(role_name text)
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    of_role constant oid := (select r.oid from pg_catalog.pg_roles as r where r.rolname = role_fault.role_name);
    place constant oid := to_regnamespace('cronmill_run_as');
    models integer;
    there integer;
    like_models integer;
    actors text;
begin
    if of_role is null then
        return 'it does not exist';
    end if;
    if place is null then
        return 'schema cronmill_run_as does not exist';
    end if;
    if (select pg_catalog.pg_get_userbyid(n.nspowner) <> current_user from pg_catalog.pg_namespace as n where n.oid = place) then
        return 'schema cronmill_run_as belongs to another than the registry''s owner';
    end if;
    select count(*) into models
    from pg_catalog.pg_proc as m
    where m.pronamespace = 'cronmill_cron'::regnamespace and m.proname = 'as_role';
    select count(*), count(*) filter (where exists (
        select
        from pg_catalog.pg_proc as m
        where m.pronamespace = 'cronmill_cron'::regnamespace and m.proname = 'as_role'
            and p.proowner = of_role
            and (p.prosrc, p.proconfig, p.prosecdef, p.prolang, p.prokind, p.provolatile, p.proisstrict, p.proretset,
                p.prorettype, p.proargtypes, p.proallargtypes, p.proargmodes, p.proargnames)
                is not distinct from
                (m.prosrc, m.proconfig, m.prosecdef, m.prolang, m.prokind, m.provolatile, m.proisstrict, m.proretset,
                m.prorettype, m.proargtypes, m.proallargtypes, m.proargmodes, m.proargnames)
            and num_nonnulls(p.probin, p.prosqlbody, p.protrftypes) = 0 and p.prosupport = 0 and p.pronargdefaults = 0
    ))
    into there, like_models
    from pg_catalog.pg_proc as p
    where p.pronamespace = place and p.proname = role_fault.role_name;
    if there <> models or like_models <> models then
        return case when there < models then 'they were dropped' else 'they were changed' end;
    end if;
    if exists (
        select
        from pg_catalog.pg_proc as p
        where p.pronamespace = place and p.proname = role_fault.role_name
            and not pg_catalog.has_function_privilege(p.oid, 'execute')
    ) then
        return 'the registry''s owner may not execute them any more';
    end if;
    select string_agg(pg_catalog.format('"%s"', found.rolname), ', ' order by found.rolname) into actors
    from (
        with recursive actor (actor_oid) as (
            select of_role
            union
            select m.member from pg_catalog.pg_auth_members as m join actor as a on a.actor_oid = m.roleid
        )
        select r.rolname
        from actor as a
        join pg_catalog.pg_roles as r on r.oid = a.actor_oid
        where not r.rolsuper
            and not pg_catalog.pg_has_role(r.oid, (select o.oid from pg_catalog.pg_roles as o where o.rolname = current_user), 'member')
            and pg_catalog.has_schema_privilege(r.oid, place, 'usage')
    ) as found;
    if actors is not null then
        return pg_catalog.format('role %s may use schema cronmill_run_as, and so change them', actors);
    end if;
    if not pg_catalog.has_schema_privilege(of_role, 'cron', 'usage')
        or not pg_catalog.has_table_privilege(of_role, 'cron.job', 'select')
        or not pg_catalog.has_table_privilege(of_role, 'cron.job_run_details', 'select, delete')
    then
        return 'it may not use pg_cron any more';
    end if;
    return null;
end
$function$;
comment on function cronmill_cron.role_fault(text) is 'Why the functions of a run-as role may not be called; null if they may.';
revoke all on function cronmill_cron.role_fault(text) from public;

-- Run-as roles whose functions may not be called, and why: their jobs and runs are not seen, and those of others are.
-- None where the registry's owner is a superuser. Executed by: dangers, troubles, differences; monitors and operators.
create or replace function cronmill_cron.broken_roles()
returns table (role_name text, fault text)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select a.role_name, f.fault
    from (
        select a.role_name
        from cronmill_cron.run_as as a
        join cronmill_cron.work_database as w on w.work_database_id = a.work_database_id
        where a.role_name <> current_user and not cronmill_cron.acts_for_all_roles()
            and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
        group by a.role_name
    ) as a
    cross join lateral (select cronmill_cron.role_fault(a.role_name) as fault) as f
    where f.fault is not null
    order by a.role_name;
end;
comment on function cronmill_cron.broken_roles() is 'Run-as roles whose functions may not be called, and why.';
revoke all on function cronmill_cron.broken_roles() from public;

-- Refuses where the functions of a role may not be called. Executed by: what calls them.
create or replace function cronmill_cron.assert_sound(role_name text)
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    fault text;
begin
    fault := cronmill_cron.role_fault(assert_sound.role_name);
    if fault is not null then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format('the functions of role "%s" in schema cronmill_run_as may not be called',
                assert_sound.role_name),
            detail = pg_catalog.format('The registry makes and sees the jobs of the role by them: %s.', fault),
            hint = 'cronmill setup makes them what they were.';
    end if;
end
$function$;
comment on function cronmill_cron.assert_sound(text) is 'Refuses where the functions of a role may not be called.';
revoke all on function cronmill_cron.assert_sound(text) from public;

-- Refuses where jobs noted of a processor cannot be seen: they would be struck out, and go on.
-- Executed by: reconcile.
create or replace function cronmill_cron.assert_seen(database_name text, processor text)
returns void
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not cronmill_cron.acts_for_all_roles() then
        perform cronmill_cron.assert_sound(r.rolname)
        from pg_catalog.pg_roles as r
        where r.rolname <> current_user and r.rolname in (
            select o.run_as
            from cronmill_cron.job as o
            where (o.database_name, o.processor) = (assert_seen.database_name, assert_seen.processor)
                and o.removed_at is null
        );
    end if;
end
$function$;
comment on function cronmill_cron.assert_seen(text, text) is 'Refuses where jobs of a processor cannot be seen.';
revoke all on function cronmill_cron.assert_seen(text, text) from public;

-- Makes the functions of a run-as role, or makes them anew. The role owns them, and may name none of them.
-- Changes privileges and functions. Executed by: the registry's owner; setup.
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
    select string_agg(pg_catalog.format('grant %s to %I;', t.target, make_role_functions.role_name), ' ' order by t.place, t.target)
    into missing
    from (
        select 1 as place, 'usage on schema cron' as target,
            pg_catalog.has_schema_privilege(make_role_functions.role_name, 'cron', 'usage') as is_held
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
            message = pg_catalog.format('role "%s" lacks privileges on pg_cron', make_role_functions.role_name),
            detail = 'Without a superuser its jobs are made by itself.',
            hint = pg_catalog.format('In database "%s", as a superuser: %s', pg_catalog.current_database(), missing);
    end if;
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    create schema if not exists cronmill_run_as;
    execute 'comment on schema cronmill_run_as is ''Cronmill: functions owned by each run-as role, by which its jobs are made as its own.''';
    -- What does not fit a model any more, or had its results changed, is not replaced.
    dropped := array(
        select pg_catalog.format('drop function %s', p.oid::regprocedure)
        from pg_catalog.pg_proc as p
        where p.pronamespace = to_regnamespace('cronmill_run_as') and p.proname = make_role_functions.role_name
    );
    made := array(
        select pg_catalog.format(e.command, m.name, m.arguments, m.result, m.volatility, m.body, current_user, m.purpose)
        from (
            select pg_catalog.format('cronmill_run_as.%I', make_role_functions.role_name) as name,
                pg_catalog.pg_get_function_arguments(p.oid) as arguments, pg_catalog.pg_get_function_result(p.oid) as result,
                case p.provolatile when 's' then 'stable' else 'volatile' end as volatility, p.prosrc as body,
                pg_catalog.obj_description(p.oid, 'pg_proc') as purpose, p.oid
            from pg_catalog.pg_proc as p
            where p.pronamespace = 'cronmill_cron'::regnamespace and p.proname = 'as_role'
        ) as m
        cross join (values
            (1, 'create function %1$s(%2$s) returns %3$s language plpgsql %4$s parallel unsafe security definer '
                || 'set search_path = pg_catalog, pg_temp as %5$L'),
            (2, 'comment on function %1$s(%2$s) is %7$L'),
            (3, 'revoke all on function %1$s(%2$s) from public'),
            (4, 'grant execute on function %1$s(%2$s) to %6$I')
        ) as e (place, command)
        order by m.oid, e.place
    );
    execute pg_catalog.format('grant usage, create on schema cronmill_run_as to %I', make_role_functions.role_name);
    perform pg_catalog.set_config('role', make_role_functions.role_name, true);
    foreach one in array dropped || made loop
        execute one;
    end loop;
    perform pg_catalog.set_config('role', acting_as, true);
    execute pg_catalog.format('revoke all on schema cronmill_run_as from %I', make_role_functions.role_name);
end
$function$;
comment on function cronmill_cron.make_role_functions(text) is 'Makes the functions of a run-as role.';
revoke all on function cronmill_cron.make_role_functions(text) from public;

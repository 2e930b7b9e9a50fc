-- Why the functions of a run-as role may not be called, as the end of a sentence; null if they may.
-- An owner can alter his function, so that it runs what he likes as its caller, the registry's
-- owner: so the role may own these and not name them, nor may anybody who can act as the role.
-- Whoever cannot use the schema can do nothing to a function in it but drop it with all he owns; so
-- what is found here holds until the call, too.
-- Executed by: assert_sound, broken_roles, deliver_to, keep_house, role_runs, visible_jobs; setup.
create or replace function cronmill_cron.role_fault(role_name text)
returns text
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    of_role constant oid := (
        select r.oid from pg_catalog.pg_roles as r where r.rolname = role_fault.role_name
    );
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
    if (
        select pg_catalog.pg_get_userbyid(n.nspowner) <> current_user
        from pg_catalog.pg_namespace as n
        where n.oid = place
    ) then
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
            and (p.prosrc, p.proconfig, p.prosecdef, p.prolang, p.prokind, p.provolatile,
                p.proisstrict, p.proretset, p.prorettype, p.proargtypes, p.proallargtypes,
                p.proargmodes, p.proargnames)
                is not distinct from
                (m.prosrc, m.proconfig, m.prosecdef, m.prolang, m.prokind, m.provolatile,
                m.proisstrict, m.proretset, m.prorettype, m.proargtypes, m.proallargtypes,
                m.proargmodes, m.proargnames)
            and num_nonnulls(p.probin, p.prosqlbody, p.protrftypes) = 0
            and p.prosupport = 0 and p.pronargdefaults = 0
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
    select string_agg(pg_catalog.format('"%s"', found.rolname), ', ' order by found.rolname)
    into actors
    from (
        with recursive actor (actor_oid) as (
            select of_role
            union
            select m.member
            from pg_catalog.pg_auth_members as m
            join actor as a on a.actor_oid = m.roleid
        )
        select r.rolname
        from actor as a
        join pg_catalog.pg_roles as r on r.oid = a.actor_oid
        where not r.rolsuper
            and not pg_catalog.pg_has_role(
                r.oid,
                (select o.oid from pg_catalog.pg_roles as o where o.rolname = current_user),
                'member')
            and pg_catalog.has_schema_privilege(r.oid, place, 'usage')
    ) as found;
    if actors is not null then
        return pg_catalog.format(
            'role %s may use schema cronmill_run_as, and so change them', actors);
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
comment on function cronmill_cron.role_fault(text)
    is 'Why the functions of a run-as role may not be called; null if they may.';
revoke all on function cronmill_cron.role_fault(text) from public;

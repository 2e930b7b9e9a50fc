-- The functions that monitors and operators of a work database call: the one list, by name. Each of them shows
-- only what its caller may see. Executed by: wanted_privileges.
create or replace function cronmill_cron.reader_routines()
returns setof regprocedure
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
    select p.oid::regprocedure
    from (values
        ('sees_all'), ('visible_databases'), ('visible_processors'), ('jobs_without_role'), ('capacity'),
        ('processor_jobs'), ('history')
    ) as r (name)
    join pg_catalog.pg_proc as p on p.pronamespace = 'cronmill_cron'::regnamespace and p.proname = r.name
$function$;
comment on function cronmill_cron.reader_routines() is 'The functions monitors and operators may execute.';
revoke all on function cronmill_cron.reader_routines() from public;

-- Every privilege that a role has to have here, and as what: for `grant <target> to <role>`. Those on pg_cron
-- are given by a superuser, and needed only where the registry's owner is none (ENGINE 22).
-- Executed by: renew_privileges, release_role; check-permissions of the command line.
create or replace function cronmill_cron.wanted_privileges()
returns table (role_name text, part text, target text)
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
    select w.link_role, 'link', t.target
    from cronmill_cron.work_database as w
    cross join (values
        ('usage on schema cronmill_cron'),
        ('select on table cronmill_cron.link'),
        ('insert on table cronmill_cron.link')
    ) as t (target)
    where w.link_role is not null
    union
    -- It gives nothing to call; it makes DROP ROLE fail.
    select a.role_name, 'run-as', 'usage on schema cronmill_cron' from cronmill_cron.run_as as a
    union
    select g.role_name, g.part, t.target
    from cronmill_cron.grantee as g
    cross join lateral (
        select 'usage on schema cronmill_cron'
        union all
        select pg_catalog.format('execute on function %s', r.routine) from cronmill_cron.reader_routines() as r (routine)
    ) as t (target)
    union
    select s.role_name, s.part, t.target
    from (
        select a.role_name, 'run-as' from cronmill_cron.run_as as a
        union
        select pg_catalog.pg_get_userbyid(n.nspowner)::text, 'installer'
        from pg_catalog.pg_namespace as n
        where n.nspname = 'cronmill_cron'
    ) as s (role_name, part)
    cross join lateral (
        select 'usage on schema cron'
        union all
        select pg_catalog.format('execute on function %s', p.oid::regprocedure)
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
    ) as t (target)
    where not cronmill_cron.acts_for_all_roles()
$function$;
comment on function cronmill_cron.wanted_privileges() is 'Privileges that link roles, run-as roles, monitors and operators have to have here.';
revoke all on function cronmill_cron.wanted_privileges() from public;

-- Every privilege that anybody but the owner has been given in our schema, and that roles of ours have been
-- given in pg_cron's. Executed by: renew_privileges, release_role; check-permissions of the command line.
create or replace function cronmill_cron.granted_privileges()
returns table (role_name text, target text)
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
    with looked_at as materialized (
        select n.oid, n.nspacl, n.nspowner, n.nspname
        from pg_catalog.pg_namespace as n
        where n.nspname in ('cronmill_cron', 'cron')
    ),
    acls as (
        select n.nspname, n.nspowner as owner, n.nspacl as acl, pg_catalog.format('schema %I', n.nspname) as object
        from looked_at as n
        union all
        select n.nspname, c.relowner, c.relacl, pg_catalog.format('table %s', c.oid::regclass)
        from pg_catalog.pg_class as c
        join looked_at as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v', 'f')
        union all
        select n.nspname, p.proowner, p.proacl,
            pg_catalog.format('%s %s', case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure)
        from pg_catalog.pg_proc as p
        join looked_at as n on n.oid = p.pronamespace
    ),
    held as (
        select a.nspname, case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end as role_name,
            pg_catalog.format('%s on %s', lower(x.privilege_type), a.object) as target
        from acls as a
        cross join lateral aclexplode(a.acl) as x
        where x.grantee <> a.owner
    )
    select h.role_name, h.target
    from held as h
    where h.nspname = 'cronmill_cron'
        or h.role_name in (select w.role_name from cronmill_cron.wanted_privileges() as w)
$function$;
comment on function cronmill_cron.granted_privileges() is 'Privileges that others than the owner have here.';
revoke all on function cronmill_cron.granted_privileges() from public;

-- Gives the privileges on our own schema that are wanted and not there. Changes privileges only.
-- Executed by: grant_part; setup.
create or replace function cronmill_cron.renew_privileges()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    missing record;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform pg_catalog.pg_advisory_xact_lock(1668443502, 1);
    for missing in
        select w.role_name, w.target
        from cronmill_cron.wanted_privileges() as w
        where w.target ~ '( schema| table| function) cronmill_cron\M'
            and exists (
                select 1 from pg_catalog.pg_roles as r where r.rolname = w.role_name and r.rolname <> current_user
            )
        except
        select g.role_name, g.target from cronmill_cron.granted_privileges() as g
    loop
        execute pg_catalog.format('grant %s to %I', missing.target, missing.role_name);
    end loop;
end
$function$;
comment on function cronmill_cron.renew_privileges() is 'Gives the privileges on the registry that are wanted and missing.';
revoke all on function cronmill_cron.renew_privileges() from public;

-- Takes back what a role no longer wants here, after a row that wanted it is gone: privileges on our schema, and
-- the functions by which its jobs were made. Changes privileges. Executed by: unregister, forbid_run_as, revoke_part.
create or replace function cronmill_cron.release_role(role_name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    surplus record;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform pg_catalog.pg_advisory_xact_lock(1668443502, 1);
    for surplus in
        select g.target
        from cronmill_cron.granted_privileges() as g
        where g.role_name = release_role.role_name
            and g.target ~ '( schema| table| function) cronmill_cron\M'
        except
        select w.target from cronmill_cron.wanted_privileges() as w where w.role_name = release_role.role_name
    loop
        execute pg_catalog.format('revoke %s from %I', surplus.target, release_role.role_name);
    end loop;
    if not exists (select 1 from cronmill_cron.run_as as a where a.role_name = release_role.role_name) then
        for surplus in
            select p.oid::regprocedure as routine
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = 'cronmill_run_as' and p.proname = release_role.role_name
        loop
            execute pg_catalog.format('drop function %s', surplus.routine);
        end loop;
        if to_regnamespace('cronmill_run_as') is not null
            and exists (select 1 from pg_catalog.pg_roles as r where r.rolname = release_role.role_name)
        then
            execute pg_catalog.format('revoke all on schema cronmill_run_as from %I', release_role.role_name);
        end if;
    end if;
end
$function$;
comment on function cronmill_cron.release_role(text) is 'Takes back what a role no longer wants in the registry.';
revoke all on function cronmill_cron.release_role(text) from public;

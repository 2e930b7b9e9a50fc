-- The functions that monitors and operators of a work database call: the one list, by name. Each of them shows
-- only what its caller may see. Executed by: wanted_privileges.
create or replace function cronmill_cron.reader_routines()
returns setof regprocedure
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
    select p.oid::regprocedure
    from (values
        ('sees_all'), ('broken_roles'), ('house_faults'), ('visible_databases'), ('visible_processors'), ('jobs_without_role'), ('capacity'),
        ('processor_jobs'), ('scheduler'), ('snapshot_holders'), ('differences'), ('history'), ('history_range'),
        ('run_statistics'), ('runs_as'), ('visible_thresholds'), ('alarms')
    ) as r (name)
    join pg_catalog.pg_proc as p on p.pronamespace = 'cronmill_cron'::regnamespace and p.proname = r.name
$function$;
comment on function cronmill_cron.reader_routines() is 'The functions monitors and operators may execute.';
revoke all on function cronmill_cron.reader_routines() from public;

-- What a privilege is called: `grant <this> to`. Executed by: wanted_privileges, granted_privileges.
create or replace function cronmill_cron.privilege_target(
    privilege text, column_name text, namespace regnamespace, relation regclass, routine regprocedure
)
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
begin atomic
    select case
        when routine is not null then format('%s on routine %s', privilege, routine)
        when relation is not null and column_name is not null
            then format('%s (%I) on table %s', privilege, column_name, relation)
        when relation is not null then format('%s on table %s', privilege, relation)
        else format('%s on schema %s', privilege, namespace)
    end;
end;
comment on function cronmill_cron.privilege_target(text, text, regnamespace, regclass, regprocedure) is 'What a privilege is called in GRANT and REVOKE.';
revoke all on function cronmill_cron.privilege_target(text, text, regnamespace, regclass, regprocedure) from public;

-- Gives a privilege to a role, or takes it back. Executed by: renew_privileges, and what takes a part back.
create or replace function cronmill_cron.set_privilege(
    is_wanted boolean, role_name text, privilege text, column_name text, namespace regnamespace, relation regclass,
    routine regprocedure
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    -- A quoted name is a privilege, too: grant "select" on ...
    case
        when is_wanted and routine is not null then
            execute pg_catalog.format('grant %I on routine %s to %I', privilege, routine, role_name);
        when is_wanted and relation is not null and column_name is not null then
            execute pg_catalog.format('grant %I (%I) on table %s to %I', privilege, column_name, relation, role_name);
        when is_wanted and relation is not null then
            execute pg_catalog.format('grant %I on table %s to %I', privilege, relation, role_name);
        when is_wanted then
            execute pg_catalog.format('grant %I on schema %s to %I', privilege, namespace, role_name);
        when routine is not null then
            execute pg_catalog.format('revoke %I on routine %s from %I', privilege, routine, role_name);
        when relation is not null and column_name is not null then
            execute pg_catalog.format('revoke %I (%I) on table %s from %I', privilege, column_name, relation, role_name);
        when relation is not null then
            execute pg_catalog.format('revoke %I on table %s from %I', privilege, relation, role_name);
        else
            execute pg_catalog.format('revoke %I on schema %s from %I', privilege, namespace, role_name);
    end case;
end
$function$;
comment on function cronmill_cron.set_privilege(boolean, text, text, text, regnamespace, regclass, regprocedure) is 'Gives a privilege to a role, or takes it back.';
revoke all on function cronmill_cron.set_privilege(boolean, text, text, text, regnamespace, regclass, regprocedure) from public;

-- Every privilege that a role has to have here, and as what. Those on pg_cron are given by a superuser, and needed
-- only where the registry's owner is none (ENGINE 22).
-- Executed by: renew_privileges, release_role; check-permissions of the command line.
create or replace function cronmill_cron.wanted_privileges()
returns setof cronmill_cron.privilege
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
    with wanted (role_name, part, privilege, namespace, relation, routine) as (
        select w.link_role, 'link', t.privilege, t.namespace, t.relation, null::regprocedure
        from cronmill_cron.work_database as w
        cross join (values
            ('usage', 'cronmill_cron'::regnamespace, null::regclass),
            ('select', null, 'cronmill_cron.link'),
            ('insert', null, 'cronmill_cron.link'),
            ('insert', null, 'cronmill_cron.link_backlog')
        ) as t (privilege, namespace, relation)
        where w.link_role is not null
        union
        -- It gives nothing to call; it makes DROP ROLE fail.
        select a.role_name, 'run-as', 'usage', 'cronmill_cron'::regnamespace, null, null from cronmill_cron.run_as as a
        union
        select g.role_name, g.part, 'usage', 'cronmill_cron'::regnamespace, null, null from cronmill_cron.grantee as g
        union
        select g.role_name, g.part, 'execute', null, null, r.routine
        from cronmill_cron.grantee as g
        cross join cronmill_cron.reader_routines() as r (routine)
        union
        select g.role_name, g.part, 'execute', null, null, 'cronmill_cron.acknowledge_alarms(bigint[], text[])'::regprocedure
        from cronmill_cron.grantee as g
        where g.part = 'operator'
        union
        select h.alarm_role, 'alarms', t.privilege, t.namespace, null, t.routine
        from cronmill_cron.housekeeping as h
        cross join (values
            ('usage', 'cronmill_cron'::regnamespace, null::regprocedure),
            ('execute', null, 'cronmill_cron.deliver()'),
            ('execute', null, 'cronmill_cron.next_message()'),
            ('execute', null, 'cronmill_cron.note_message(bigint, text, text)')
        ) as t (privilege, namespace, routine)
        where h.alarm_role is not null
        union
        select s.role_name, s.part, t.privilege, t.namespace, null, t.routine
        from (
            select a.role_name, 'run-as' from cronmill_cron.run_as as a
            union
            select pg_catalog.pg_get_userbyid(n.nspowner)::text, 'installer'
            from pg_catalog.pg_namespace as n
            where n.nspname = 'cronmill_cron'
        ) as s (role_name, part)
        cross join lateral (
            select 'usage', n.oid::regnamespace, null::regprocedure from pg_catalog.pg_namespace as n where n.nspname = 'cron'
            union all
            select 'execute', null, p.oid::regprocedure
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
        ) as t (privilege, namespace, routine)
        where not cronmill_cron.acts_for_all_roles()
    )
    select w.role_name, w.part, cronmill_cron.privilege_target(w.privilege, null, w.namespace, w.relation, w.routine),
        w.privilege, null::text, w.namespace, w.relation, w.routine
    from wanted as w
$function$;
comment on function cronmill_cron.wanted_privileges() is 'Privileges that link roles, run-as roles, monitors and operators have to have here.';
revoke all on function cronmill_cron.wanted_privileges() from public;

-- Every privilege that anybody but the owner has been given in our schema, and that roles of ours have been given in
-- pg_cron's. Executed by: renew_privileges, release_role; check-permissions of the command line.
create or replace function cronmill_cron.granted_privileges()
returns setof cronmill_cron.privilege
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
    with looked_at as materialized (
        select n.oid, n.nspacl, n.nspowner, n.nspname
        from pg_catalog.pg_namespace as n
        where n.nspname in ('cronmill_cron', 'cron')
    ),
    acls (schema, owner, acl, column_name, namespace, relation, routine) as (
        select n.nspname, n.nspowner, n.nspacl, null::text, n.oid::regnamespace, null::regclass, null::regprocedure
        from looked_at as n
        union all
        select n.nspname, c.relowner, c.relacl, null, null, c.oid::regclass, null
        from pg_catalog.pg_class as c
        join looked_at as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v', 'f')
        union all
        select n.nspname, c.relowner, a.attacl, a.attname, null, c.oid::regclass, null
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_class as c on c.oid = a.attrelid
        join looked_at as n on n.oid = c.relnamespace
        where a.attacl is not null
        union all
        select n.nspname, p.proowner, p.proacl, null, null, null, p.oid::regprocedure
        from pg_catalog.pg_proc as p
        join looked_at as n on n.oid = p.pronamespace
    )
    select
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end, null,
        cronmill_cron.privilege_target(lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine),
        lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine
    from acls as a
    cross join lateral aclexplode(a.acl) as x
    where x.grantee <> a.owner
        and (
            a.schema = 'cronmill_cron'
            or pg_catalog.pg_get_userbyid(x.grantee)::text in (
                select w.role_name from cronmill_cron.wanted_privileges() as w
            )
        )
$function$;
comment on function cronmill_cron.granted_privileges() is 'Privileges that others than the owner have here.';
revoke all on function cronmill_cron.granted_privileges() from public;

-- Gives the privileges on our own schema that are wanted and not there. Changes privileges only.
-- Executed by: register, grant_part; setup.
create or replace function cronmill_cron.renew_privileges()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    perform cronmill_cron.set_privilege(
        true, m.role_name, m.privilege, m.column_name, m.namespace, m.relation, m.routine)
    from (
        select w.role_name, w.privilege, w.column_name, w.namespace, w.relation, w.routine
        from cronmill_cron.wanted_privileges() as w
        where w.role_name <> current_user
            and exists (select 1 from pg_catalog.pg_roles as r where r.rolname = w.role_name)
            and w.target ~ ' (schema|table|routine) cronmill_cron([.]|$)'
        except
        select g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine
        from cronmill_cron.granted_privileges() as g
    ) as m;
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
set jit = off
as $function$
declare
    surplus record;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill_cron.take_turn('privileges');
    perform cronmill_cron.set_privilege(
        false, g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine)
    from cronmill_cron.granted_privileges() as g
    where g.role_name = release_role.role_name
        and g.target ~ ' (schema|table|routine) cronmill_cron([.]|$)'
        and not exists (
            select 1 from cronmill_cron.wanted_privileges() as w where (w.role_name, w.target) = (g.role_name, g.target)
        );
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

-- What a privilege is called: `grant <this> to`. Executed by: wanted_privileges, granted_privileges.
create or replace function cronmill.privilege_target(
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
comment on function cronmill.privilege_target(text, text, regnamespace, regclass, regprocedure) is 'What a privilege is called in GRANT and REVOKE.';
revoke all on function cronmill.privilege_target(text, text, regnamespace, regclass, regprocedure) from public;

-- Gives a privilege to a role, or takes it back. Executed by: renew_privileges, and what takes a part back.
create or replace function cronmill.set_privilege(
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
comment on function cronmill.set_privilege(boolean, text, text, text, regnamespace, regclass, regprocedure) is 'Gives a privilege to a role, or takes it back.';
revoke all on function cronmill.set_privilege(boolean, text, text, text, regnamespace, regclass, regprocedure) from public;

-- Every privilege that a role has to have in our schemas here, and as what.
-- Executed by: grant_part, revoke_part, renew_privileges; check-permissions of the command line.
create or replace function cronmill.wanted_privileges()
returns setof cronmill.privilege
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
    with parts as materialized (
        select distinct g.role_name, p.part
        from cronmill.grantee as g
        join (values ('producer', 'producer'), ('monitor', 'monitor'), ('operator', 'operator'), ('operator', 'monitor'))
            as p (given, part) on p.given = g.part
    ),
    wanted (role_name, part, privilege, column_name, namespace, relation, routine) as (
        select p.run_as, 'run-as', t.privilege, null::text, t.namespace, null::regclass, t.routine
        from cronmill.processor as p
        cross join lateral (
            select 'usage', n.name, null::regprocedure
            from (values ('cronmill'::regnamespace), ('cronmill_processor'::regnamespace)) as n (name)
            union all
            select 'execute', null, f.oid::regprocedure
            from pg_catalog.pg_proc as f
            where f.pronamespace = 'cronmill_processor'::regnamespace and f.proname = p.name
            union all
            select 'execute', null, r.routine from cronmill.run_as_routines() as r (routine)
        ) as t (privilege, namespace, routine)
        union
        select p.role_name, p.part, 'usage', null, 'cronmill'::regnamespace, null, null from parts as p
        union
        select p.role_name, p.part, w.privilege, null, null, null, f.oid::regprocedure
        from parts as p
        join cronmill.part_privileges() as w on w.part = p.part and w.privilege = 'execute'
        join pg_catalog.pg_proc as f on f.pronamespace = 'cronmill'::regnamespace and f.proname = w.object
        union
        select p.role_name, p.part, w.privilege, col.name, null, c.oid::regclass, null
        from parts as p
        join cronmill.part_privileges() as w on w.part = p.part and w.privilege <> 'execute'
        join pg_catalog.pg_class as c on c.relnamespace = 'cronmill'::regnamespace and c.relname = w.object
        left join lateral unnest(w.columns) as col (name) on true
    )
    select w.role_name, w.part,
        cronmill.privilege_target(w.privilege, w.column_name, w.namespace, w.relation, w.routine),
        w.privilege, w.column_name, w.namespace, w.relation, w.routine
    from wanted as w
$function$;
comment on function cronmill.wanted_privileges() is 'Privileges that run-as roles, producers, operators and monitors have to have here.';
revoke all on function cronmill.wanted_privileges() from public;

-- Every privilege that anybody but the owner has been given in our schemas here.
-- Executed by: revoke_part, renew_privileges; check-permissions of the command line.
create or replace function cronmill.granted_privileges()
returns setof cronmill.privilege
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
    with looked_at as materialized (
        select n.oid, n.nspacl, n.nspowner, n.nspname
        from pg_catalog.pg_namespace as n
        where n.nspname in ('cronmill', 'cronmill_processor')
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
        cronmill.privilege_target(lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine),
        lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine
    from acls as a
    cross join lateral aclexplode(a.acl) as x
    where x.grantee <> a.owner
        -- slot_lock_class is everybody's: it is read through the view that monitors see.
        and (x.grantee <> 0 or a.routine is distinct from 'cronmill.slot_lock_class()'::regprocedure)
$function$;
comment on function cronmill.granted_privileges() is 'Privileges that others than the owner have here.';
revoke all on function cronmill.granted_privileges() from public;

-- Gives the privileges that are wanted and not there: after functions were made anew with other arguments, and
-- after a part was given. Roles that are gone are passed over. Changes privileges only.
-- Executed by: grant_part; setup.
create or replace function cronmill.renew_privileges()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill.take_turn();
    perform cronmill.set_privilege(
        true, m.role_name, m.privilege, m.column_name, m.namespace, m.relation, m.routine)
    from (
        select w.role_name, w.privilege, w.column_name, w.namespace, w.relation, w.routine
        from cronmill.wanted_privileges() as w
        where w.role_name <> current_user
            and exists (select 1 from pg_catalog.pg_roles as r where r.rolname = w.role_name)
        except
        select g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine
        from cronmill.granted_privileges() as g
    ) as m;
end
$function$;
comment on function cronmill.renew_privileges() is 'Gives the privileges that are wanted and missing.';
revoke all on function cronmill.renew_privileges() from public;

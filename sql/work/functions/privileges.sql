-- Every privilege that a role has to have in our schemas here, and why: for `grant <target> to <role>`.
-- Executed by: grant_part, revoke_part, renew_privileges; check-permissions of the command line.
create or replace function cronmill.wanted_privileges()
returns table (role_name text, part text, target text)
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
    with parts as materialized (
        select distinct g.role_name, p.part
        from cronmill.grantee as g
        join (values ('producer', 'producer'), ('monitor', 'monitor'), ('operator', 'operator'), ('operator', 'monitor'))
            as p (given, part) on p.given = g.part
    )
    select p.run_as, 'run-as', t.target
    from cronmill.processor as p
    cross join lateral (
        select 'usage on schema cronmill'
        union all select 'usage on schema cronmill_processor'
        union all
        select pg_catalog.format('execute on procedure %s', f.oid::regprocedure)
        from pg_catalog.pg_proc as f
        where f.pronamespace = 'cronmill_processor'::regnamespace and f.proname = p.name
        union all
        select pg_catalog.format('execute on function %s', r.routine) from cronmill.run_as_routines() as r (routine)
    ) as t (target)
    union
    select p.role_name, p.part, 'usage on schema cronmill' from parts as p
    union
    select p.role_name, p.part, pg_catalog.format('execute on function %s', f.oid::regprocedure)
    from parts as p
    join cronmill.part_privileges() as w on w.part = p.part and w.privilege = 'execute'
    join pg_catalog.pg_proc as f on f.pronamespace = 'cronmill'::regnamespace and f.proname = w.object
    union
    select p.role_name, p.part,
        pg_catalog.format('%s%s on table %s', w.privilege, pg_catalog.format(' (%I)', col.name), c.oid::regclass)
    from parts as p
    join cronmill.part_privileges() as w on w.part = p.part and w.privilege <> 'execute'
    join pg_catalog.pg_class as c on c.relnamespace = 'cronmill'::regnamespace and c.relname = w.object
    left join lateral unnest(w.columns) as col (name) on true
$function$;
comment on function cronmill.wanted_privileges() is 'Privileges that run-as roles, producers, operators and monitors have to have here.';
revoke all on function cronmill.wanted_privileges() from public;

-- Every privilege that anybody but the owner has been given in our schemas here.
-- Executed by: revoke_part, renew_privileges; check-permissions of the command line.
create or replace function cronmill.granted_privileges()
returns table (role_name text, target text)
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
    with ours as materialized (
        select n.oid, n.nspacl, n.nspowner, n.nspname
        from pg_catalog.pg_namespace as n
        where n.nspname in ('cronmill', 'cronmill_processor')
    ),
    acls as (
        select n.nspowner as owner, n.nspacl as acl, null::text as column_name,
            pg_catalog.format('schema %I', n.nspname) as object
        from ours as n
        union all
        select c.relowner, c.relacl, null, pg_catalog.format('table %s', c.oid::regclass)
        from pg_catalog.pg_class as c
        join ours as n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v', 'f')
        union all
        select c.relowner, a.attacl, a.attname, pg_catalog.format('table %s', c.oid::regclass)
        from pg_catalog.pg_attribute as a
        join pg_catalog.pg_class as c on c.oid = a.attrelid
        join ours as n on n.oid = c.relnamespace
        where a.attacl is not null
        union all
        select p.proowner, p.proacl, null,
            pg_catalog.format('%s %s', case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure)
        from pg_catalog.pg_proc as p
        join ours as n on n.oid = p.pronamespace
    )
    select case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end,
        pg_catalog.format('%s%s on %s', lower(x.privilege_type), pg_catalog.format(' (%I)', a.column_name), a.object)
    from acls as a
    cross join lateral aclexplode(a.acl) as x
    -- slot_lock_class is everybody's: it is read through the view that monitors see.
    where x.grantee <> a.owner and (x.grantee <> 0 or a.object <> 'function cronmill.slot_lock_class()')
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
as $function$
declare
    missing record;
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform pg_catalog.pg_advisory_xact_lock(1668443502, 1);
    for missing in
        select w.role_name, w.target
        from cronmill.wanted_privileges() as w
        where exists (
            select 1 from pg_catalog.pg_roles as r
            where r.rolname = w.role_name and r.oid <> (
                select n.nspowner from pg_catalog.pg_namespace as n where n.nspname = 'cronmill'
            )
        )
        except
        select g.role_name, g.target from cronmill.granted_privileges() as g
    loop
        execute pg_catalog.format('grant %s to %I', missing.target, missing.role_name);
    end loop;
end
$function$;
comment on function cronmill.renew_privileges() is 'Gives the privileges that are wanted and missing.';
revoke all on function cronmill.renew_privileges() from public;

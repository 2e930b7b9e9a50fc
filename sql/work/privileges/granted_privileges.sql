-- Every privilege that anybody but the owner has been given in our schemas here.
-- Executed by: renew_privileges, revoke_part; check-permissions of the command line.
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
        select
            n.nspname, n.nspowner, n.nspacl, null::text, n.oid::regnamespace,
            null::regclass, null::regprocedure
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
        case x.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end,
        null,
        cronmill.privilege_target(
            lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine),
        lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine
    from acls as a
    cross join lateral aclexplode(a.acl) as x
    where x.grantee <> a.owner
        -- lock_class is everybody's: it is read through the view that monitors see.
        and (x.grantee <> 0 or a.routine is distinct from 'cronmill.lock_class(text)'::regprocedure)
$function$;
comment on function cronmill.granted_privileges()
    is 'Privileges that others than the owner have here.';
revoke all on function cronmill.granted_privileges() from public;

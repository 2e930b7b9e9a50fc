-- Every privilege that anybody but the owner has been given in our schema, and that roles of ours
-- have been given in pg_cron's.
-- Executed by: release_role, renew_privileges; check-permissions of the command line.
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
        cronmill_cron.privilege_target(
            lower(x.privilege_type collate "C"), a.column_name, a.namespace, a.relation, a.routine),
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
comment on function cronmill_cron.granted_privileges()
    is 'Privileges that others than the owner have here.';
revoke all on function cronmill_cron.granted_privileges() from public;

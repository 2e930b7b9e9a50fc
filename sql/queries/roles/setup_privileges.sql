-- What the role connected and a run-as role need in the cron database before anything is installed
-- there, and whether they have it. Where there is no pg_cron yet, set-up makes it or says who has
-- to; a superuser acts for all roles.
-- $1 run_as: the run-as role, text; null for none.
-- Columns: role_name, target, is_held.
select r.role_name, t.target, t.is_held
from (
    select distinct x.name from unnest(array[current_user::text, $1::text]) as x (name)
) as r (role_name)
join pg_catalog.pg_roles as o on o.rolname = r.role_name
cross join lateral (
    select 1 as place, 'usage on schema cron' as target,
        has_schema_privilege(o.oid, n.oid, 'usage') as is_held
    from pg_catalog.pg_namespace as n where n.nspname = 'cron'
    union all
    select 2, format('execute on function %s', p.oid::regprocedure),
        has_function_privilege(o.oid, p.oid, 'execute')
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
    union all
    select 0, format('create on database %I', current_database()),
        has_database_privilege(o.oid, current_database(), 'create')
    where o.rolname = current_user and to_regnamespace('cronmill_cron') is null
) as t
where not (
    select i.rolsuper from pg_catalog.pg_roles as i where i.rolname = current_user
)
order by r.role_name, t.place, t.target

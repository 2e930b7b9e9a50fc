-- What the role may not do here of all that set-up can need.
-- Columns: kind, name (by which an error knows it), target (what is granted).
select 'extension' as kind, e.name::text as name, '' as target
from pg_catalog.pg_available_extensions as e
where e.name in ('pg_cron', 'postgres_fdw') and e.installed_version is null
union all
select 'grant', w.fdwname, 'usage on foreign data wrapper ' || quote_ident(w.fdwname)
from pg_catalog.pg_foreign_data_wrapper as w
where w.fdwname = 'postgres_fdw' and not has_foreign_data_wrapper_privilege(w.oid, 'usage')
union all
select 'grant', p.proname,
    format('execute on function cron.%I(%s)', p.proname, oidvectortypes(p.proargtypes))
from pg_catalog.pg_proc as p
join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
where n.nspname = 'cron' and p.proname in ('schedule_in_database', 'alter_job')
    and not has_function_privilege(p.oid, 'execute')
union all
select 'grant', d.datname, 'create on database ' || quote_ident(d.datname)
from pg_catalog.pg_database as d
where d.datname = current_database() and not has_database_privilege(d.oid, 'create')
union all
select 'grant', n.nspname, 'usage on schema ' || quote_ident(n.nspname)
from pg_catalog.pg_namespace as n
where not has_schema_privilege(n.oid, 'usage')
union all
select 'grant', r.rolname, quote_ident(r.rolname)
from pg_catalog.pg_roles as r
where not pg_has_role(r.oid, 'member')
union all
select 'role', '', ''
from pg_catalog.pg_roles as r
where r.rolname = current_user and not r.rolcreaterole and not r.rolsuper

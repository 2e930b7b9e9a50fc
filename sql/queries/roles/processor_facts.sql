-- All processors, and what their handlers need. Schemas that a handler's search_path names are
-- looked at, and its own.
-- Columns: name, run_as, enabled, slots, handler, result_table, schema, handler_owner,
-- schema_owner, may_use, may_execute, open_schemas (in which everybody may create).
select
    p.name, p.run_as, p.enabled, p.slots, p.handler, p.result_table, n.nspname as schema,
    pg_get_userbyid(f.proowner) as handler_owner, pg_get_userbyid(n.nspowner) as schema_owner,
    coalesce(
        case when r.oid is not null then has_schema_privilege(r.oid, n.oid, 'usage') end, false
    ) as may_use,
    coalesce(
        case when r.oid is not null then has_function_privilege(r.oid, f.oid, 'execute') end, false
    ) as may_execute,
    array(
        select distinct s.nspname::text from pg_catalog.pg_namespace as s
        cross join lateral aclexplode(s.nspacl) as a
        where a.grantee = 0 and a.privilege_type = 'CREATE'
            and (s.oid = n.oid or s.nspname = any (
                array(
                    select btrim(e.name, ' "')
                    from regexp_split_to_table(p.handler_search_path, ',') as e (name)
                )
            ))
        order by 1
    ) as open_schemas
from cronmill.processor as p
left join pg_catalog.pg_roles as r on r.rolname = p.run_as
left join pg_catalog.pg_proc as f on f.oid = to_regprocedure(p.handler)
left join pg_catalog.pg_namespace as n on n.oid = f.pronamespace
order by p.name

-- What roles can do beyond what is granted to them: their attributes, and PostgreSQL's own roles,
-- but those that only show statistics. Part of schema_doubt and schema_trust; every name and
-- operator is the catalogs' own, whatever the search_path.
-- Columns: role (its oid), name (of the power).
select r.oid as role, p.name
from pg_catalog.pg_roles as r
cross join lateral (values
    (r.rolsuper, 'superuser'),
    -- From PostgreSQL 16 on it is power over the roles that this one administers only.
    (r.rolcreaterole, case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4
        operator(pg_catalog.>=) 160000
        then pg_catalog.concat('createrole of ', r.oid) else 'createrole' end),
    (r.rolcreatedb, 'createdb'), (r.rolreplication, 'replication'),
    (r.rolbypassrls, 'bypassrls'),
    (
        r.oid operator(pg_catalog.<) 16384 and not r.rolsuper
            and r.rolname operator(pg_catalog.<>) all (array[
                'pg_checkpoint', 'pg_database_owner', 'pg_monitor', 'pg_read_all_settings',
                'pg_read_all_stats', 'pg_stat_scan_tables', 'pg_use_reserved_connections'
            ]),
        r.rolname::pg_catalog.text
    )
) as p (is_had, name)
where p.is_had

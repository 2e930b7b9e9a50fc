-- All roles of the server that are not PostgreSQL's own.
-- Columns: rolname, rolcanlogin, rolsuper, rolcreaterole, attributes, groups, connectable
-- (databases).
select
    r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreaterole,
    array_remove(array[
        case when r.rolsuper then 'superuser' end,
        case when r.rolcreaterole then 'createrole' end,
        case when r.rolcreatedb then 'createdb' end,
        case when r.rolreplication then 'replication' end,
        case when r.rolbypassrls then 'bypassrls' end
    ], null) as attributes,
    array(
        select g.rolname::text from pg_catalog.pg_auth_members as m
        join pg_catalog.pg_roles as g on g.oid = m.roleid
        where m.member = r.oid order by 1
    ) as groups,
    array(
        select d.datname::text from pg_catalog.pg_database as d
        where has_database_privilege(r.oid, d.oid, 'connect')
    ) as connectable
from pg_catalog.pg_roles as r
where r.rolname !~ '^pg_'

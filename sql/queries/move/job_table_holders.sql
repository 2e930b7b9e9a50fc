-- Who has a lock on pg_cron's tables, as an error tells it.
-- Columns: holder.
select distinct format('server process %s of role "%s"', l.pid, coalesce(a.usename, '?')) as holder
from pg_catalog.pg_locks as l
left join pg_catalog.pg_stat_activity as a on a.pid = l.pid
where l.relation in (
        select c.oid from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cron'
    )
    and l.granted and l.pid <> pg_backend_pid()
    and l.database = (
        select d.oid from pg_catalog.pg_database as d where d.datname = current_database()
    )
order by 1

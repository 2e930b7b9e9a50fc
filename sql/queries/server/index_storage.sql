-- Indexes of the tables that table_storage tells of, and how often they were used since the
-- server's statistics began.
-- Columns: schema_name, table_name, name, bytes, scans, is_unique (needed, used or not), is_valid.
select n.nspname as schema_name, c.relname as table_name, i.relname as name,
    pg_relation_size(i.oid) as bytes, pg_stat_get_numscans(i.oid) as scans,
    x.indisunique as is_unique, x.indisvalid as is_valid
from pg_catalog.pg_index as x
join pg_catalog.pg_class as i on i.oid = x.indexrelid
join pg_catalog.pg_class as c on c.oid = x.indrelid
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('cronmill', 'cronmill_cron', 'cron')
order by n.nspname, c.relname, i.relname

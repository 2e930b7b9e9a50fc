-- Cronmill's tables in this database, and in the cron database those of pg_cron: what they take and
-- when they were vacuumed. Rows are as the server's statistics have them, so no table is read.
-- {{last_vacuum}}: pg_stat_get_last_vacuum_time(c.oid) as Row.time reads it.
-- {{last_autovacuum}}: pg_stat_get_last_autovacuum_time(c.oid), likewise.
-- Columns: schema_name, name, rows_estimate (null: not known, for it has
-- not been analyzed or vacuumed), dead_rows_estimate, bytes (with what is stored aside),
-- index_bytes, transaction_age, scans (sequential ones), last_vacuum, last_autovacuum.
select n.nspname as schema_name, c.relname as name,
    coalesce(
        nullif(pg_stat_get_live_tuples(c.oid), 0),
        case
            when c.reltuples >= 0 and c.relpages > 0 or pg_relation_size(c.oid) = 0
                then greatest(c.reltuples, 0)
        end
    )::bigint as rows_estimate,
    pg_stat_get_dead_tuples(c.oid) as dead_rows_estimate,
    pg_table_size(c.oid) as bytes,
    pg_indexes_size(c.oid) as index_bytes,
    age(c.relfrozenxid)::bigint as transaction_age,
    pg_stat_get_numscans(c.oid) as scans,
    {{last_vacuum}},
    {{last_autovacuum}}
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('cronmill', 'cronmill_cron', 'cron')
order by n.nspname, c.relname

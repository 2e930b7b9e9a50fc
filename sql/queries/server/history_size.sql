-- The history of pg_cron: about how many rows, by the server's statistics, which are not exact, and
-- what it takes with its indexes. No row where there is none.
-- Columns: rows_estimate (null: there are none, and nobody has analyzed or vacuumed it), bytes.
select coalesce(
        nullif(pg_stat_get_live_tuples(c.oid), 0),
        case
            when c.reltuples >= 0 and c.relpages > 0 or pg_relation_size(c.oid) = 0
                then greatest(c.reltuples, 0)
        end
    )::bigint as rows_estimate,
    pg_total_relation_size(c.oid) as bytes
from pg_catalog.pg_class as c
-- Not to_regclass, which takes USAGE on the schema.
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'cron' and c.relname = 'job_run_details'

-- The history of pg_cron: about how many rows, and what it takes with its indexes. As the planner
-- does it: what a page held when the table was analyzed or vacuumed last, times the pages there
-- are; before that, rows of 136 bytes. The server's statistics of rows know nothing of what
-- pg_cron's launcher writes (seen with 1.6.5 on 17). No row where there is no history.
-- Columns: rows_estimate, bytes.
select (
        pg_relation_size(c.oid) * case
            when c.reltuples > 0 and c.relpages > 0
            then c.reltuples / (c.relpages * current_setting('block_size')::float8)
            else 1.0 / 136
        end
    )::bigint as rows_estimate,
    pg_total_relation_size(c.oid) as bytes
from pg_catalog.pg_class as c
-- Not to_regclass, which takes USAGE on the schema.
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'cron' and c.relname = 'job_run_details'

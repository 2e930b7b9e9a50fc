-- The server's settings, as far as the role may read them: one row.
-- Columns: available (the version of pg_cron that can be installed), libraries, logs, connections,
-- reserved, workers, parallel_workers, hba_file, may_read_rules.
select
    (
        select e.default_version from pg_catalog.pg_available_extensions as e
        where e.name = 'pg_cron'
    ) as available,
    case when s.readable then current_setting('shared_preload_libraries') end as libraries,
    case when s.readable then current_setting('cron.log_run', true)::boolean end as logs,
    current_setting('max_connections')::integer as connections,
    current_setting('superuser_reserved_connections')::integer as reserved,
    current_setting('max_worker_processes')::integer as workers,
    current_setting('max_parallel_workers')::integer as parallel_workers,
    case when s.readable then current_setting('hba_file') end as hba_file,
    has_function_privilege('pg_catalog.pg_hba_file_rules()', 'execute') as may_read_rules
from (select pg_has_role('pg_read_all_settings', 'usage') as readable) as s

-- The server that the cron database is in. The least of what is asked: no table is read.
-- {{started_at}}: pg_postmaster_start_time() as Row.time reads it.
-- Columns: version, in_recovery, sees_all (whether other people's sessions and replication may be
-- seen), max_connections, freeze_max_age (age at which autovacuum begins to freeze, in
-- transactions), started_at.
select split_part(current_setting('server_version'), ' ', 1) as version,
    pg_is_in_recovery() as in_recovery,
    pg_has_role('pg_read_all_stats', 'usage') as sees_all,
    current_setting('max_connections')::integer as max_connections,
    current_setting('autovacuum_freeze_max_age')::bigint as freeze_max_age,
    {{started_at}}

-- Standbys that are connected: neither base backups nor logical subscribers. Of one that is lost
-- there is no row. For a role with pg_read_all_stats.
-- Columns: name, state, sync_state, lag_seconds (null while nothing is written), lag_bytes (null
-- for one that receives and does not replay).
select r.application_name as name, r.state, r.sync_state,
    extract(epoch from r.replay_lag)::double precision as lag_seconds,
    greatest(pg_wal_lsn_diff(l.lsn, r.replay_lsn), 0)::bigint as lag_bytes
from pg_catalog.pg_stat_replication as r
cross join lateral (
    select case
        when pg_is_in_recovery() then pg_last_wal_receive_lsn()
        else pg_current_wal_lsn()
    end as lsn
) as l
where r.state <> 'backup'
    and not exists (
        select from pg_catalog.pg_replication_slots as s
        where s.active_pid = r.pid and s.slot_type = 'logical'
    )
order by r.application_name, r.pid

-- Replication slots, and the write-ahead log that is kept for each.
-- Columns: name, type (physical or logical), database_name, is_active, wal_status, kept_bytes.
select s.slot_name as name, s.slot_type as type, s.database as database_name,
    s.active as is_active, s.wal_status,
    greatest(pg_wal_lsn_diff(l.lsn, s.restart_lsn), 0)::bigint as kept_bytes
from pg_catalog.pg_replication_slots as s
cross join lateral (
    select case
        when pg_is_in_recovery() then pg_last_wal_receive_lsn()
        else pg_current_wal_lsn()
    end as lsn
) as l
order by s.slot_name

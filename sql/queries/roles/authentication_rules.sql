-- The lines of pg_hba.conf that the server understands, in their order.
-- Columns: line_number, type, database, user_name, auth_method, options, covers_loopback.
select
    h.line_number, h.type, h.database, h.user_name, h.auth_method,
    coalesce(h.options, '{}') as options,
    case
        when h.address in ('all', 'samehost', 'samenet', 'localhost') then true
        when h.address ~ '^[0-9.]+$' and h.netmask ~ '^[0-9.]+$'
            then (inet '127.0.0.1' & h.netmask::inet) = (h.address::inet & h.netmask::inet)
        else false
    end as covers_loopback
from pg_catalog.pg_hba_file_rules as h
where h.error is null
order by h.line_number

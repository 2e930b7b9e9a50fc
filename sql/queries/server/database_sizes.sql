-- Every database of the server that can be connected to, and how close it is to running out of
-- transaction ids (2^31). A size is found out by looking at every file: this is not to be asked
-- every few seconds.
-- Columns: name, bytes (null where it may not be seen), transaction_age (in transactions).
select d.datname as name,
    case
        when has_database_privilege(d.oid, 'connect') or pg_has_role('pg_read_all_stats', 'usage')
        then pg_database_size(d.oid)
    end as bytes,
    age(d.datfrozenxid)::bigint as transaction_age
from pg_catalog.pg_database as d
where d.datallowconn and not d.datistemplate
order by d.datname

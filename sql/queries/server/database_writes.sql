-- How many rows were written in each database since its statistics were reset, its catalogs'
-- included; of what a session writes they know some seconds later.
-- Columns: name, writes.
select d.datname as name, d.tup_inserted + d.tup_updated + d.tup_deleted as writes
from pg_catalog.pg_stat_database as d
where d.datname is not null

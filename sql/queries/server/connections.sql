-- Sessions of clients by state, as pg_stat_activity calls it. Of those of others a role without
-- pg_read_all_stats sees no state: it is not to ask.
-- Columns: state, count.
select a.state, count(*) as count
from pg_catalog.pg_stat_activity as a
where a.backend_type = 'client backend' and a.state is not null
group by a.state
order by a.state

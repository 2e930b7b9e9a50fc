-- All jobs that the role may see, and whether they could run.
-- {{ours}}: the registry's jobs: jobid, processor, slot.
-- Columns: jobid, name, schedule, command, database, username, active, processor, slot, is_here
-- (on this server), has_role, may_login, has_database, may_connect.
select j.jobid, j.jobname::text as name, j.schedule, j.command, j.database, j.username, j.active,
    o.processor, o.slot,
    j.nodeport = current_setting('port')::integer as is_here,
    r.oid is not null as has_role, coalesce(r.rolcanlogin, false) as may_login,
    d.oid is not null as has_database,
    case when d.oid is not null and r.oid is not null
        then has_database_privilege(r.oid, d.oid, 'connect')
    end as may_connect
from cron.job as j
left join pg_catalog.pg_roles as r on r.rolname = j.username
left join pg_catalog.pg_database as d on d.datname = j.database
left join ({{ours}}) as o on o.jobid = j.jobid
order by j.jobid

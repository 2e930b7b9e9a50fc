-- Where a job of the new database is not what the journal says.
-- $1 housekeepers: jobs that run in the cron database itself, bigint[].
-- $2 new_database: its name, text.
-- {{jobs}}: the journal's jobs, as j.
-- Columns: difference.
select format('job %s: %s', j.jobid, case
    when c.jobid is null then 'it is missing'
    when c.schedule <> j.schedule then 'its schedule is ' || c.schedule
    when c.command <> j.command then 'its command is ' || c.command
    when (c.nodename, c.nodeport) <> (j.nodename, j.nodeport) then 'it connects to another server'
    when c.database <> case when j.jobid = any ($1) then $2 else j.database end
        then 'it runs in database ' || c.database
    when c.username <> j.username then 'it belongs to role ' || c.username
    when c.jobname::text is distinct from j.jobname
        then 'its name is ' || coalesce(c.jobname::text, 'none')
    when not exists (select from pg_catalog.pg_roles as r where r.rolname = j.username)
        then format('its role "%s" does not exist', j.username)
end) as difference
from {{jobs}}
left join cron.job as c on c.jobid = j.jobid
where (c.schedule, c.command, c.nodename, c.nodeport, c.database, c.username, c.jobname::text)
    is distinct from (j.schedule, j.command, j.nodename, j.nodeport,
        case when j.jobid = any ($1) then $2 else j.database end,
        j.username, j.jobname)
    or not exists (select from pg_catalog.pg_roles as r where r.rolname = j.username)
order by j.jobid

-- Runs that have not ended: their backends live, or are being started.
-- $1 floor: later than this run, bigint.
-- $2 connecting: whether those without a backend yet count, too, boolean.
-- {{ours}}: the registry's jobs: jobid, processor, slot.
-- Columns: runid, jobid, pid, database, processor, slot, title (of the job).
select d.runid, d.jobid, a.pid, d.database, o.processor, o.slot,
    coalesce('"' || j.jobname || '"', left(d.command, 40)) as title
from cron.job_run_details as d
left join pg_catalog.pg_stat_activity as a
    on (a.pid, a.datname, a.usename) = (d.job_pid, d.database, d.username)
    and a.state is distinct from 'idle'
    and a.backend_start < coalesce(d.start_time, clock_timestamp()) + interval '5 seconds'
left join cron.job as j on j.jobid = d.jobid
left join ({{ours}}) as o on o.jobid = d.jobid
where d.runid > $1
    and d.status in ('starting', 'connecting', 'sending', 'running')
    and (a.pid is not null or $2 and d.job_pid is null)
order by d.runid

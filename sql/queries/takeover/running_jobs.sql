-- Which of some jobs are running.
-- $1 jobids: bigint[].
-- Columns: name.
select distinct j.jobname::text as name
from cron.job as j
join pg_catalog.pg_stat_activity as a on a.datname = j.database and a.state <> 'idle'
    and (
        (a.query <> '' and starts_with(j.command, a.query))
        or a.pid in (
            select d.job_pid
            from (
                select r.jobid, r.job_pid, r.end_time from cron.job_run_details as r
                order by r.runid desc limit 1000
            ) as d
            where d.jobid = j.jobid and d.end_time is null
        )
    )
where j.jobid = any ($1) and a.pid <> pg_backend_pid()
order by 1

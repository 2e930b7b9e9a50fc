-- Makes the jobs that the old database has not. One that is gone here was deleted by what the
-- guard cannot see; the journal has it. One that was made there under a name that is taken here
-- comes along without it, and rests: both would be too many.
-- Columns: jobid, name, is_nameless.
insert into cron.job (
    jobid, schedule, command, nodename, nodeport, database, username, active, jobname
)
select j.jobid, j.schedule, j.command, j.nodename, j.nodeport, j.database, j.username,
    j.active and not t.is_taken, case when not t.is_taken then j.jobname end
from cronmill_migration.job as j
cross join lateral (
    select exists (
        select from cron.job as c
        where (c.jobname, c.username) = (j.jobname, j.username) and c.jobid <> j.jobid
    )
) as t (is_taken)
where not exists (select from cron.job as c where c.jobid = j.jobid)
returning jobid,
    (select j.jobname from cronmill_migration.job as j where j.jobid = job.jobid) as name,
    jobname is null as is_nameless

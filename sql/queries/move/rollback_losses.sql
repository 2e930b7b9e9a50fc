-- What was changed of jobs in the new database since they moved, and is lost with a rollback.
-- {{jobs}}: the journal's jobs, as j.
-- Columns: loss.
select format('job %s: %s', j.jobid, case
    when c.jobid is null then 'it was unscheduled, and comes back'
    when c.schedule <> j.schedule
        then format('schedule %s becomes %s again', c.schedule, j.schedule)
    when c.command <> j.command then 'its command was changed, and becomes what it was'
    when c.active <> j.active then
        case when j.active then 'it becomes active again' else 'it becomes inactive again' end
    else 'it was changed, and becomes what it was'
end) as loss
from {{jobs}}
left join cron.job as c on c.jobid = j.jobid
where (c.schedule, c.command, c.active, c.username, c.database) is distinct from
    (j.schedule, j.command, j.active, j.username, j.database)
order by j.jobid

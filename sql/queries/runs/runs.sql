-- Runs of pg_cron's history.
-- $1 limit: at most how many, integer.
-- $2 databases: of which databases, text[]; null for all.
-- $3 processors: of which processors, text[]; null for all.
-- $4 statuses: which statuses, text[]; null for all.
-- $5 above: later than this run, bigint; null for all.
-- $6 by_length: whether the slowest come first, boolean.
-- $7 others: whether other people's jobs are shown, boolean.
-- {{started_at}}: h.started_at as Row.time reads it.
-- {{ended_at}}: h.ended_at, likewise.
-- {{since}}: from when on, a time or null.
-- {{until}}: until when, a time or null.
-- {{order}}: the order.
-- Columns: runid, jobid, database_name, processor, slot, job_name, command, run_as, pid, status,
-- message, seconds, is_counted (whether its work database can be asked for its tasks), started_at,
-- ended_at.
select h.runid, h.jobid, h.database_name, h.processor, h.slot, h.job_name, h.command, h.run_as,
    h.pid, h.status, h.message, h.seconds,
    -- Where nothing is registered any more there is nobody to ask.
    h.slot > 0 and h.pid is not null and h.started_at is not null
        and h.database_name in (
            select v.name from cronmill_cron.visible_databases() as v (name)
        ) as is_counted,
    {{started_at}},
    {{ended_at}}
from cronmill_cron.history(
    $1, {{since}}, $2, $3,
    $4, {{until}}, $5,
    $6, $7
) as h
order by {{order}}
limit $1

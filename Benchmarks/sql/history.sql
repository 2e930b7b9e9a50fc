-- Writes :rows rows of history over the last seven days: half of them of our jobs, half of jobs of others that are gone.
-- Run in the cron database.
select setval('cron.runid_seq', (select coalesce(max(runid), 0) from cron.job_run_details) + :rows + 1) as next_runid
\gset
with ours as (
    select array_agg(o.jobid) as jobids from cronmill_cron.job as o where o.slot > 0 and o.database_name like 'reports\_%'
)
insert into cron.job_run_details (
    jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time
)
select
    case when n % 2 = 0 then ours.jobids[1 + (n / 2) % cardinality(ours.jobids)] else 1000000 + n % 100 end,
    :next_runid - :rows + n, 1000 + n % 1000, 'postgres', 'bench_runner', 'call cronmill_processor.queue_1(1)',
    case when n % 97 = 0 then 'failed' else 'succeeded' end,
    case when n % 97 = 0 then 'ERROR:  something was not as expected' else 'CALL' end,
    clock_timestamp() - (:rows - n) * interval '7 days' / :rows,
    clock_timestamp() - (:rows - n) * interval '7 days' / :rows + interval '50 milliseconds'
from ours
cross join generate_series(0, :rows - 1) as n;
vacuum (analyze) cron.job_run_details;

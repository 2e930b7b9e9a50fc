-- Runs of the history, as they come to the other database: what has not ended there never will.
-- {{first}}: the first runid.
-- {{last}}: the last one.
copy (
    select d.jobid, d.runid, d.job_pid, d.database, d.username, d.command,
        case when d.status in ('starting', 'connecting', 'sending', 'running') then 'failed'
            else d.status end,
        case when d.status in ('starting', 'connecting', 'sending', 'running')
            then 'server restarted' else d.return_message end,
        d.start_time, d.end_time
    from cron.job_run_details as d
    where d.runid between {{first}} and {{last}}
) to stdout

-- A row of cron.job_run_details, in the order of our functions.
create type cronmill_cron.seen_run as (
    runid bigint,
    jobid bigint,
    job_pid integer,
    database_name text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);
comment on type cronmill_cron.seen_run is 'A row of the run history.';

-- A job the registry made, as the history is joined with.
create type cronmill_cron.known_job as (
    jobid bigint,
    database_name text,
    processor text,
    slot integer,
    run_as text,
    command text
);
comment on type cronmill_cron.known_job
    is 'A job the registry made, there or gone, with the command it had.';

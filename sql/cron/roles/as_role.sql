-- What a registry without superuser does as a run-as role: pg_cron takes a job for that of whoever
-- calls it, and shows nobody the jobs and runs of others (docs/pg_cron.md, Roles). These act as the
-- registry's owner, and are the models: each run-as role owns a copy of each, schema
-- cronmill_run_as, named after the role (make_role_functions, role_fault). So no name in them, and
-- no operator, is looked up.

-- Makes a job. Changes cron.job. Executed by: schedule_job.
create or replace function cronmill_cron.as_role(
    job_name text, schedule text, command text, database_name text, active boolean
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    made_jobid bigint;
begin
    made_jobid := cron.schedule_in_database(
        job_name, schedule, command, database_name, null, active);
    -- A job of that name may have stood there: then the call leaves these two as they were.
    perform cron.alter_job(made_jobid, database := database_name, active := active);
    return made_jobid;
end
$function$;
comment on function cronmill_cron.as_role(text, text, text, text, boolean)
    is 'Makes a job of its owner.';
revoke all on function cronmill_cron.as_role(text, text, text, text, boolean) from public;

-- Changes a job. Changes cron.job. Executed by: change_job.
create or replace function cronmill_cron.as_role(
    jobid bigint, schedule text, command text, database_name text, active boolean
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    perform cron.alter_job(jobid, schedule, command, database_name, null, active);
    return jobid;
end
$function$;
comment on function cronmill_cron.as_role(bigint, text, text, text, boolean)
    is 'Changes a job of its owner.';
revoke all on function cronmill_cron.as_role(bigint, text, text, text, boolean) from public;

-- Removes a job. Changes cron.job. Executed by: unschedule_job.
create or replace function cronmill_cron.as_role(jobid bigint)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return cron.unschedule(jobid);
end
$function$;
comment on function cronmill_cron.as_role(bigint) is 'Removes a job of its owner.';
revoke all on function cronmill_cron.as_role(bigint) from public;

-- The jobs. Executed by: visible_jobs.
create or replace function cronmill_cron.as_role()
returns table (
    jobid bigint, job_name text, schedule text, command text, database_name text,
    username text, active boolean, nodename text, nodeport integer
)
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select
        j.jobid, j.jobname::pg_catalog.text, j.schedule, j.command, j.database, j.username,
        j.active, j.nodename, j.nodeport
    from cron.job as j;
end
$function$;
comment on function cronmill_cron.as_role() is 'The jobs of its owner.';
revoke all on function cronmill_cron.as_role() from public;

-- The runs above and up to these runids; with nulls the oldest and the newest.
-- Executed by: role_runs.
create or replace function cronmill_cron.as_role(above_runid bigint, to_runid bigint)
returns table (
    runid bigint, jobid bigint, job_pid integer, database_name text, username text, command text,
    status text, return_message text, start_time timestamptz, end_time timestamptz
)
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if above_runid is null then
        return query
        (select d.runid, d.jobid, d.job_pid, d.database, d.username, d.command, d.status,
            d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d order by d.runid limit 1)
        union all
        (select d.runid, d.jobid, d.job_pid, d.database, d.username, d.command, d.status,
            d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d order by d.runid desc limit 1);
    else
        return query
        select
            d.runid, d.jobid, d.job_pid, d.database, d.username, d.command, d.status,
            d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid operator(pg_catalog.>) above_runid
            and d.runid operator(pg_catalog.<=) to_runid;
    end if;
end
$function$;
comment on function cronmill_cron.as_role(bigint, bigint)
    is 'The runs of its owner in a window of runids.';
revoke all on function cronmill_cron.as_role(bigint, bigint) from public;

-- Removes runs from the history; returns how many. Changes cron.job_run_details.
-- Executed by: remove_runs.
create or replace function cronmill_cron.as_role(runids bigint[])
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    removed bigint;
begin
    delete from cron.job_run_details as d where d.runid operator(pg_catalog.=) any (runids);
    get diagnostics removed := row_count;
    return removed;
end
$function$;
comment on function cronmill_cron.as_role(bigint[])
    is 'Removes runs of its owner from the history.';
revoke all on function cronmill_cron.as_role(bigint[]) from public;

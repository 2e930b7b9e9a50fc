-- The jobs the registry noted, with what cron.job has under their jobids. A jobid can come again
-- when pg_cron is dropped and created: a job with neither the name nor the command of ours is
-- somebody else's (foreign_name), and nothing more is said of it. Of the databases named, and of
-- the housekeepers; null is all.
-- Executed by: capacity, deactivate_replaced, differences_now, keep_house, processor_jobs,
-- reconcile.
create or replace function cronmill_cron.noted_jobs(database_names text[] default null)
returns table (
    database_name text, processor text, slot integer, noted_jobid bigint, noted_run_as text,
    jobid bigint, schedule text, command text, runs_in text, username text, active boolean,
    misplacement text, foreign_name text
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
set jit = off
as $function$
begin
    return query
    select
        o.database_name, o.processor, o.slot, o.jobid, o.run_as,
        j.jobid, j.schedule, j.command, j.database_name, j.username, j.active,
        cronmill_cron.misplacement(j.nodename, j.nodeport),
        case when j.jobid is null then coalesce(f.job_name, f.command) end
    from cronmill_cron.job as o
    left join cronmill_cron.visible_jobs() as f on f.jobid = o.jobid
    left join lateral (
        select
            f.jobid, f.schedule, f.command, f.database_name, f.username, f.active, f.nodename,
            f.nodeport
        where case
            when o.slot = 0 then f.job_name = 'cronmill ' || o.processor
                or f.command = pg_catalog.format('call cronmill_cron.%I()', o.processor)
            else f.job_name = cronmill_cron.job_name(o.database_name, o.processor, o.slot)
                or (f.command, f.database_name)
                    = (cronmill_cron.job_command(o.processor, o.slot), o.database_name)
        end
    ) as j on true
    where o.removed_at is null
        and (
            noted_jobs.database_names is null or o.database_name = any (noted_jobs.database_names)
            or o.slot = 0
        );
end
$function$;
comment on function cronmill_cron.noted_jobs(text[])
    is 'The jobs the registry noted, with what cron.job has under their jobids.';
revoke all on function cronmill_cron.noted_jobs(text[]) from public;

-- Rows of cron.job_run_details above and up to these runids, as far as the registry's owner or the
-- run-as roles may see them. Without a set clause, so that it becomes part of the statement that
-- calls it: a function that is called for its rows is read to its end.
-- Executed by: many functions, as the registry's owner.
create or replace function cronmill_cron.visible_runs(above_runid bigint, to_runid bigint)
returns setof cronmill_cron.seen_run
language sql stable parallel unsafe security invoker
as $function$
    select
        d.runid, d.jobid, d.job_pid, d.database, d.username, d.command, d.status, d.return_message,
        d.start_time, d.end_time
    from cron.job_run_details as d
    where d.runid > visible_runs.above_runid and d.runid <= visible_runs.to_runid
    union all
    select
        r.runid, r.jobid, r.job_pid, r.database_name, r.username, r.command, r.status,
        r.return_message, r.start_time, r.end_time
    from cronmill_cron.role_runs(visible_runs.above_runid, visible_runs.to_runid) as r
$function$;
comment on function cronmill_cron.visible_runs(bigint, bigint)
    is 'Rows of the run history the registry can see, in a window of runids.';
revoke all on function cronmill_cron.visible_runs(bigint, bigint) from public;

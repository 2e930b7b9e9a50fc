-- Rows of cron.job_run_details in a window of runids (above, up to); without bounds only the newest and
-- the oldest. All rows for a superuser's registry, else those its owner and the run-as roles may see.
-- Executed by: history.
create or replace function cronmill_cron.visible_runs(above_runid bigint, to_runid bigint)
returns table (
    runid bigint, jobid bigint, job_pid integer, status text, return_message text,
    start_time timestamptz, end_time timestamptz
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    run_as_role text;
begin
    if above_runid is null then
        return query
        (select d.runid, d.jobid, d.job_pid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d order by d.runid limit 1)
        union all
        (select d.runid, d.jobid, d.job_pid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d order by d.runid desc limit 1);
    else
        return query
        select d.runid, d.jobid, d.job_pid, d.status, d.return_message, d.start_time, d.end_time
        from cron.job_run_details as d
        where d.runid > visible_runs.above_runid and d.runid <= visible_runs.to_runid;
    end if;
    if not cronmill_cron.acts_for_all_roles() then
        for run_as_role in
            select distinct a.role_name
            from cronmill_cron.run_as as a
            where a.role_name <> current_user
                and to_regprocedure(pg_catalog.format('cronmill_run_as.%I(bigint, bigint)', a.role_name)) is not null
        loop
            return query execute pg_catalog.format(
                'select d.runid, d.jobid, d.job_pid, d.status, d.return_message, d.start_time, d.end_time
                from cronmill_run_as.%I($1, $2) as d', run_as_role)
            using visible_runs.above_runid, visible_runs.to_runid;
        end loop;
    end if;
end
$function$;
comment on function cronmill_cron.visible_runs(bigint, bigint) is 'Rows of the run history the registry can see, in a window of runids.';
revoke all on function cronmill_cron.visible_runs(bigint, bigint) from public;

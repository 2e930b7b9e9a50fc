-- Runs of the run-as roles, which row security hides from a registry whose owner is no superuser; none where it is
-- one. Above and up to these runids; with nulls the oldest and the newest of each role. Executed by: visible_runs, history_ends.
create or replace function cronmill_cron.role_runs(above_runid bigint, to_runid bigint)
returns setof cronmill_cron.seen_run
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $function$
declare
    run_as_role text;
begin
    if not cronmill_cron.acts_for_all_roles() then
        for run_as_role in
            select distinct a.role_name
            from cronmill_cron.run_as as a
            where a.role_name <> current_user
                and cronmill_cron.role_fault(a.role_name) is null
        loop
            return query execute pg_catalog.format(
                'select d.runid, d.jobid, d.job_pid, d.database_name, d.username, d.command, d.status, d.return_message,
                    d.start_time, d.end_time
                from cronmill_run_as.%I($1, $2) as d', run_as_role)
            using role_runs.above_runid, role_runs.to_runid;
        end loop;
    end if;
end
$function$;
comment on function cronmill_cron.role_runs(bigint, bigint) is 'Runs of the run-as roles that row security hides from the registry.';
revoke all on function cronmill_cron.role_runs(bigint, bigint) from public;

-- Rows of cron.job_run_details above and up to these runids, as far as the registry's owner or the run-as roles may
-- see them. Without a set clause, so that it becomes part of the statement that calls it: a function that is called
-- for its rows is read to its end. Executed by: what reads the history, as the owner.
create or replace function cronmill_cron.visible_runs(above_runid bigint, to_runid bigint)
returns setof cronmill_cron.seen_run
language sql stable parallel unsafe security invoker
as $function$
    select d.runid, d.jobid, d.job_pid, d.database, d.username, d.command, d.status, d.return_message,
        d.start_time, d.end_time
    from cron.job_run_details as d
    where d.runid > visible_runs.above_runid and d.runid <= visible_runs.to_runid
    union all
    select r.runid, r.jobid, r.job_pid, r.database_name, r.username, r.command, r.status, r.return_message,
        r.start_time, r.end_time
    from cronmill_cron.role_runs(visible_runs.above_runid, visible_runs.to_runid) as r
$function$;
comment on function cronmill_cron.visible_runs(bigint, bigint) is 'Rows of the run history the registry can see, in a window of runids.';
revoke all on function cronmill_cron.visible_runs(bigint, bigint) from public;

-- Runs of the run-as roles, which row security hides from a registry whose owner is no superuser;
-- none where it is one. Above and up to these runids; with nulls the oldest and the newest of each
-- role.
-- Executed by: history_ends, visible_runs.
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
                'select d.runid, d.jobid, d.job_pid, d.database_name, d.username, d.command,
                    d.status, d.return_message, d.start_time, d.end_time
                from cronmill_run_as.%I($1, $2) as d', run_as_role)
            using role_runs.above_runid, role_runs.to_runid;
        end loop;
    end if;
end
$function$;
comment on function cronmill_cron.role_runs(bigint, bigint)
    is 'Runs of the run-as roles that row security hides from the registry.';
revoke all on function cronmill_cron.role_runs(bigint, bigint) from public;

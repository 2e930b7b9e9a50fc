-- Removes runs from the history by their runids: as their roles, where row security hides them from
-- the registry's owner. Returns how many. Changes cron.job_run_details.
-- Executed by: prune_window.
create or replace function cronmill_cron.remove_runs(runids bigint[], role_names text[])
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    removed bigint;
    of_role bigint;
    one record;
begin
    delete from cron.job_run_details as d
    where d.runid = any (runids)
        and (
            cronmill_cron.acts_for_all_roles()
            or d.runid in (
                select r.runid
                from unnest(runids, role_names) as r (runid, role_name)
                where r.role_name = current_user
            )
        );
    get diagnostics removed = row_count;
    if not cronmill_cron.acts_for_all_roles() then
        for one in
            select r.role_name, array_agg(r.runid) as runids
            from unnest(runids, role_names) as r (runid, role_name)
            where r.role_name <> current_user
            group by r.role_name
        loop
            perform cronmill_cron.assert_sound(one.role_name);
            execute pg_catalog.format('select cronmill_run_as.%I($1)', one.role_name)
            into of_role using one.runids;
            removed := removed + of_role;
        end loop;
    end if;
    return removed;
end
$function$;
comment on function cronmill_cron.remove_runs(bigint[], text[]) is 'Removes runs from the history.';
revoke all on function cronmill_cron.remove_runs(bigint[], text[]) from public;

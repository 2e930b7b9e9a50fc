-- The jobs the registry ever made, with the commands they had. A jobid can come again when pg_cron
-- is dropped and created: the command tells whose run it was.
-- Executed by: history, prune_window, run_statistics.
create or replace function cronmill_cron.known_jobs()
returns setof cronmill_cron.known_job
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
begin atomic
    select distinct on (o.jobid)
        o.jobid, o.database_name, o.processor, o.slot, o.run_as,
        case
            when o.slot = 0 then format('call cronmill_cron.%I()', o.processor)
            else cronmill_cron.job_command(o.processor, o.slot)
        end
    from cronmill_cron.job as o
    where (select cronmill_cron.sees_all())
        or o.database_name in (select v.name from cronmill_cron.visible_databases() as v (name))
    order by o.jobid, o.job_key desc;
end;
comment on function cronmill_cron.known_jobs()
    is 'Jobs the registry ever made, as far as who logged in may see them.';
revoke all on function cronmill_cron.known_jobs() from public;

-- Jobs that belong to a role that is gone: while there is one, pg_cron runs no job of anybody.
-- Executed by: monitors and operators; status and check-permissions of the command line.
create or replace function cronmill_cron.jobs_without_role()
returns table (jobid bigint, role_name text)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return query
    select j.jobid, j.username
    from cronmill_cron.visible_jobs() as j
    where not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = j.username)
    union
    select o.jobid, o.run_as
    from (
        select n.jobid, n.run_as
        from cronmill_cron.job as n
        left join cronmill_cron.visible_jobs() as f on f.jobid = n.jobid
        where n.removed_at is null and f.jobid is null
        -- Else it is asked of all whether they are hidden.
        offset 0
    ) as o
    where cronmill_cron.is_hidden(o.run_as, o.jobid)
    order by 1;
end
$function$;
comment on function cronmill_cron.jobs_without_role()
    is 'Jobs whose role is gone; one of them stops pg_cron for everybody.';
revoke all on function cronmill_cron.jobs_without_role() from public;

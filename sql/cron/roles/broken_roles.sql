-- Run-as roles whose functions may not be called, and why: their jobs and runs are not seen, and
-- those of others are. None where the registry's owner is a superuser.
-- Executed by: dangers, differences_now, troubles; monitors and operators.
create or replace function cronmill_cron.broken_roles()
returns table (role_name text, fault text)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select a.role_name, f.fault
    from (
        select a.role_name
        from cronmill_cron.run_as as a
        join cronmill_cron.work_database as w on w.work_database_id = a.work_database_id
        where a.role_name <> current_user and not cronmill_cron.acts_for_all_roles()
            and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
        group by a.role_name
    ) as a
    cross join lateral (select cronmill_cron.role_fault(a.role_name) as fault) as f
    where f.fault is not null
    order by a.role_name;
end;
comment on function cronmill_cron.broken_roles()
    is 'Run-as roles whose functions may not be called, and why.';
revoke all on function cronmill_cron.broken_roles() from public;

-- Backends that hold an advisory lock of ours, of slots, groups, queries, deadlines or marks, and
-- log in as none of the run-as roles of their database; or that have one to themselves by which the
-- registry's owner tells slots to give up their place.
-- Executed by: dangers, troubles.
create or replace function cronmill_cron.lock_strangers()
returns table (database_name text, pid integer, role_name text)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select distinct d.datname::text, l.pid, r.rolname::text
    from pg_catalog.pg_lock_status() as l
    join pg_catalog.pg_database as d on d.oid = l.database
    left join cronmill_cron.work_database as w on w.name = d.datname
    cross join lateral pg_catalog.pg_stat_get_activity(l.pid) as a
    join pg_catalog.pg_roles as r on r.oid = a.usesysid
    -- A prepared transaction has no backend; without one the function would give all.
    where l.pid is not null and l.locktype = 'advisory' and l.granted and l.objsubid = 2
        and (
            w.name is not null
            and l.classid in (
                cronmill_cron.lock_class('slot')::oid, cronmill_cron.lock_class('query')::oid,
                cronmill_cron.lock_class('group')::oid, cronmill_cron.lock_class('deadline')::oid,
                cronmill_cron.lock_class('mark')::oid
            )
            and not exists (
                select
                from cronmill_cron.run_as as p
                where p.work_database_id = w.work_database_id and p.role_name = r.rolname
            )
            or d.datname = current_database()
            and l.classid = cronmill_cron.lock_class('yield')::oid
            and l.mode = 'ExclusiveLock'
            and not pg_has_role(r.oid, current_user, 'member')
        )
    order by 1, 2;
end;
comment on function cronmill_cron.lock_strangers()
    is 'Backends of strangers that hold advisory locks of ours.';
revoke all on function cronmill_cron.lock_strangers() from public;

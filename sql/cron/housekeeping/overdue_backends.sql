-- The backends, of every registered work database, of slots whose deadline has passed, by what they
-- publish or by that lock, and of calls of the alarm function. One that waits for a standby has
-- committed already.
-- Executed by: cancel_overdue.
create or replace function cronmill_cron.overdue_backends()
returns table (
    pid integer, backend_start timestamptz, database_name text, role_name text, published text
)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select a.pid, a.backend_start, a.datname::text, a.usename::text,
        coalesce('deadline ' || o.deadline, a.application_name)
    from pg_catalog.pg_stat_activity as a
    left join cronmill_cron.overdue_slots() as o
        on o.pid = a.pid and o.database_id = a.datid and a.wait_event is distinct from 'SyncRep'
    where a.state = 'active'
        and (
            exists (
                select
                from cronmill_cron.work_database as w
                join cronmill_cron.run_as as r on r.work_database_id = w.work_database_id
                where w.name = a.datname and r.role_name = a.usename
            )
            or a.datname = current_database()
                and a.usename = (select h.alarm_role from cronmill_cron.housekeeping as h)
        )
        and (
            o.pid is not null
            or case
                when a.application_name
                    ~ '^cronmill (slot [0-9]{1,10} start [0-9]{1,19}|deliver) '
                    'until [0-9]{1,12}[.][0-9]{6}$'
                    then to_timestamp(
                        substring(a.application_name from '[0-9.]+$')::double precision)
                        < clock_timestamp()
                else false
            end
        );
end;
comment on function cronmill_cron.overdue_backends()
    is 'Backends of slots whose published deadline has passed.';
revoke all on function cronmill_cron.overdue_backends() from public;

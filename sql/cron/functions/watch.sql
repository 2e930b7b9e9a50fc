-- Slots that are past the deadline their transaction shows as an advisory lock (hold_deadline in the work database): there
-- for those that publish no other one any more, or a wrong one, because a handler has changed the application_name. The
-- earliest counts: a handler can take a lock of its own, and give none of these away. Executed by: cancel_overdue.
create or replace function cronmill_cron.overdue_slots()
returns table (pid integer, database_id oid)
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select l.pid, l.database
    from pg_catalog.pg_lock_status() as l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.classid in (1668443500, 1668443505)
    group by l.pid, l.database
    having bool_or(l.classid = 1668443500)
        and min(l.objid::bigint) filter (where l.classid = 1668443505)
            < extract(epoch from clock_timestamp()) - extract(epoch from timestamptz '2020-01-01 00:00+00');
end;
comment on function cronmill_cron.overdue_slots() is 'Backends of slots past the deadline that their transaction shows as a lock.';
revoke all on function cronmill_cron.overdue_slots() from public;

-- Cancels, in every registered work database, the backends of slots whose deadline has passed, and calls of the alarm
-- function. One that waits for a standby has committed already.
-- One statement looks and cancels: what it saw of a backend is what it cancels by. Returns how many.
-- Executed by: watch.
create or replace function cronmill_cron.cancel_overdue()
returns integer
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select count(*) filter (where pg_cancel_backend(a.pid))::integer
    from pg_catalog.pg_stat_activity as a
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
            case
                when a.application_name ~ '^cronmill (slot \d{1,10} start \d{1,19}|deliver) until \d{1,12}\.\d{6}$'
                    then to_timestamp(substring(a.application_name from '[\d.]+$')::double precision) < clock_timestamp()
                else false
            end
            or a.wait_event is distinct from 'SyncRep'
                and (a.pid, a.datid) in (select o.pid, o.database_id from cronmill_cron.overdue_slots() as o)
        );
end;
comment on function cronmill_cron.cancel_overdue() is 'Cancels the backends of slots whose deadline has passed; returns how many.';
revoke all on function cronmill_cron.cancel_overdue() from public;

-- The housekeeper: looks twice a second, until just past the next minute, when pg_cron has its next run
-- ready. Where pg_cron runs one job at a time it looks once and ends. Started by pg_cron.
create or replace procedure cronmill_cron.watch()
language plpgsql
as $procedure$
declare
    ends_at timestamptz;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    ends_at := case
        when cronmill_cron.runs_one_at_a_time() then clock_timestamp()
        else date_trunc('minute', clock_timestamp()) + interval '1 minute 50 milliseconds'
    end;
    -- An overlapping run (pg_cron can start one after its launcher restarted) has nothing to do.
    if not pg_catalog.pg_try_advisory_lock(1668443501, 0) then
        return;
    end if;
    loop
        perform cronmill_cron.cancel_overdue();
        commit;
        exit when clock_timestamp() >= ends_at;
        perform pg_catalog.pg_sleep(least(0.5, greatest(0, extract(epoch from ends_at - clock_timestamp()))));
    end loop;
    perform pg_catalog.pg_advisory_unlock(1668443501, 0);
end
$procedure$;
comment on procedure cronmill_cron.watch() is 'The housekeeper''s job: enforces task timeouts in every work database.';
revoke all on procedure cronmill_cron.watch() from public;

-- Slots that are past the deadline their transaction shows as an advisory lock (hold_deadline in the work database): there
-- for those that publish no other one any more, or a wrong one, because a handler has changed the application_name. The
-- earliest counts: a handler can take a lock of its own, and give none of these away. Executed by: overdue_backends.
create or replace function cronmill_cron.overdue_slots()
returns table (pid integer, database_id oid, deadline bigint)
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select l.pid, l.database, min(l.objid::bigint) filter (where l.classid = 1668443505)
    from pg_catalog.pg_lock_status() as l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.classid in (1668443500, 1668443505)
    group by l.pid, l.database
    having bool_or(l.classid = 1668443500)
        and min(l.objid::bigint) filter (where l.classid = 1668443505)
            < extract(epoch from clock_timestamp()) - extract(epoch from timestamptz '2020-01-01 00:00+00');
end;
comment on function cronmill_cron.overdue_slots() is 'Backends of slots past the deadline that their transaction shows as a lock.';
revoke all on function cronmill_cron.overdue_slots() from public;

-- The backends, of every registered work database, of slots whose deadline has passed, by what they publish or by that
-- lock, and of calls of the alarm function. One that waits for a standby has committed already. Executed by: cancel_overdue.
create or replace function cronmill_cron.overdue_backends()
returns table (pid integer, backend_start timestamptz, database_name text, role_name text, published text)
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
                when a.application_name ~ '^cronmill (slot [0-9]{1,10} start [0-9]{1,19}|deliver) until [0-9]{1,12}[.][0-9]{6}$'
                    then to_timestamp(substring(a.application_name from '[0-9.]+$')::double precision) < clock_timestamp()
                else false
            end
        );
end;
comment on function cronmill_cron.overdue_backends() is 'Backends of slots whose published deadline has passed.';
revoke all on function cronmill_cron.overdue_backends() from public;

-- Cancels them; one that is still there half a minute later is terminated, because it does not heed cancels. What it was
-- that it saw of a backend is looked at again in the statement that signals it. One that may not be signaled hinders no
-- other. Returns how many it signaled. Changes cronmill_cron.overdue_backend. Executed by: watch.
create or replace function cronmill_cron.cancel_overdue()
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    total integer := 0;
    failed text;
    one record;
    known cronmill_cron.overdue_backend;
begin
    if exists (select from cronmill_cron.overdue_backend) then
        delete from cronmill_cron.overdue_backend as o
        where not exists (
                select
                from cronmill_cron.overdue_backends() as a
                where (a.pid, a.backend_start, a.published) = (o.pid, o.backend_start, o.published)
            )
            and (o.failure is null and o.terminated_at is null or o.canceled_at < clock_timestamp() - interval '10 minutes');
    end if;
    for one in
        select a.pid, a.backend_start, a.database_name, a.role_name, a.published from cronmill_cron.overdue_backends() as a
    loop
        perform pg_catalog.pg_stat_clear_snapshot();
        insert into cronmill_cron.overdue_backend (pid, backend_start, published, database_name, role_name)
        values (one.pid, one.backend_start, one.published, one.database_name, one.role_name)
        on conflict on constraint overdue_backend_pkey do nothing;
        select o.* into known
        from cronmill_cron.overdue_backend as o
        where (o.pid, o.backend_start, o.published) = (one.pid, one.backend_start, one.published);
        begin
            failed := null;
            if known.canceled_at < clock_timestamp() - interval '30 seconds' then
                perform pg_catalog.pg_terminate_backend(a.pid)
                from cronmill_cron.overdue_backends() as a
                where (a.pid, a.backend_start, a.published) = (one.pid, one.backend_start, one.published);
                known.terminated_at := coalesce(known.terminated_at, clock_timestamp());
            else
                perform pg_catalog.pg_cancel_backend(a.pid)
                from cronmill_cron.overdue_backends() as a
                where (a.pid, a.backend_start, a.published) = (one.pid, one.backend_start, one.published);
            end if;
            total := total + 1;
        exception
            when others then
                failed := sqlerrm;
        end;
        update cronmill_cron.overdue_backend as o
        set terminated_at = known.terminated_at, failure = failed
        where (o.pid, o.backend_start, o.published) = (one.pid, one.backend_start, one.published)
            and (o.terminated_at, o.failure) is distinct from (known.terminated_at, failed);
    end loop;
    return total;
end
$function$;
comment on function cronmill_cron.cancel_overdue() is 'Ends the backends of slots whose deadline has passed; returns how many.';
revoke all on function cronmill_cron.cancel_overdue() from public;

-- Begins the work of a housekeeper, unless another backend is at it: pg_cron can start a run beside another one after its
-- launcher restarted. Changes cronmill_cron.housekeeper. Executed by: watch, house.
create or replace function cronmill_cron.begin_house(name text)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $function$
begin
    update cronmill_cron.housekeeper as h
    set pid = pg_catalog.pg_backend_pid(),
        backend_start = (select a.backend_start from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()) as a)
    where h.name = begin_house.name
        and not exists (
            select
            from pg_catalog.pg_stat_get_activity(h.pid) as a
            where a.pid <> pg_catalog.pg_backend_pid() and a.backend_start = h.backend_start
        );
    return found;
end
$function$;
comment on function cronmill_cron.begin_house(text) is 'Begins the work of a housekeeper, unless another backend is at it.';
revoke all on function cronmill_cron.begin_house(text) from public;

-- Notes that a housekeeper has looked, and what failed, null for nothing; and raises an alarm if it is the other one that
-- fails, because alarms may be what it fails at. Changes cronmill_cron.housekeeper and cronmill_cron.alarm.
-- Executed by: watch, house.
create or replace function cronmill_cron.note_house(name text, failure text, is_over boolean)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '10s'
as $function$
begin
    -- Not worth waiting for the disk.
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
    update cronmill_cron.housekeeper as h
    set looked_at = case when note_house.failure is null then clock_timestamp() else h.looked_at end,
        failed_at = case when note_house.failure is not null then clock_timestamp() end,
        failure = left(note_house.failure, 500),
        pid = case when note_house.is_over then null else h.pid end
    where h.name = note_house.name;
    insert into cronmill_cron.alarm (kind, database_name, processor, detail)
    select 'housekeeper', pg_catalog.current_database(), f.name, f.fault
    from cronmill_cron.house_faults() as f
    where f.name <> note_house.name
    on conflict do nothing;
end
$function$;
comment on function cronmill_cron.note_house(text, text, boolean) is 'Notes that a housekeeper has looked, and what failed.';
revoke all on function cronmill_cron.note_house(text, text, boolean) from public;

-- Housekeepers that fail, or that have not looked for two minutes, though pg_cron starts them every minute.
-- Executed by: note_house, troubles, dangers; monitors and operators.
create or replace function cronmill_cron.house_faults()
returns table (name text, fault text)
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select h.name,
        case
            when h.failed_at is not null then format('Housekeeper %s fails: %s', h.name, h.failure)
            else format('Housekeeper %s has not looked since %s.', h.name, coalesce(h.looked_at::text, 'it was set up'))
        end
    from cronmill_cron.housekeeper as h
    cross join (select min(w.registered_at) as registered_at from cronmill_cron.work_database as w) as first
    where h.failed_at is not null
        or greatest(h.looked_at, first.registered_at, pg_postmaster_start_time())
            < clock_timestamp() - case when cronmill_cron.runs_one_at_a_time() then interval '10 minutes' else interval '2 minutes' end
            and first.registered_at is not null;
end;
comment on function cronmill_cron.house_faults() is 'Housekeepers that fail, or have not looked.';
revoke all on function cronmill_cron.house_faults() from public;

-- The housekeeper: looks twice a second, until just past the next minute, when pg_cron has its next run
-- ready. Where pg_cron runs one job at a time it looks once and ends. Started by pg_cron.
create or replace procedure cronmill_cron.watch()
language plpgsql
as $procedure$
-- Types are looked for before the search_path is set: those that are no keywords are qualified here.
declare
    ends_at pg_catalog.timestamptz;
    failure pg_catalog.text;
    noted_at pg_catalog.timestamptz;
    is_over boolean;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    ends_at := case
        when cronmill_cron.runs_one_at_a_time() then clock_timestamp()
        else date_trunc('minute', clock_timestamp()) + interval '1 minute 50 milliseconds'
    end;
    if not cronmill_cron.begin_house('watch') then
        return;
    end if;
    commit;
    loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        begin
            failure := null;
            perform cronmill_cron.cancel_overdue();
        exception
            when others then
                failure := pg_catalog.format('timeouts could not be enforced: %s', sqlerrm);
        end;
        begin
            perform cronmill_cron.deactivate_replaced();
        exception
            when others then
                failure := pg_catalog.concat_ws(
                    '; ', failure, pg_catalog.format('jobs of dropped databases could not be deactivated: %s', sqlerrm));
        end;
        is_over := clock_timestamp() >= ends_at;
        if is_over or failure is not null or (noted_at > clock_timestamp() - interval '10 seconds') is not true then
            perform cronmill_cron.note_house('watch', failure, is_over);
            noted_at := clock_timestamp();
        end if;
        commit;
        exit when is_over;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        perform pg_catalog.pg_sleep(least(0.5, greatest(0, extract(epoch from ends_at - clock_timestamp()))));
    end loop;
    if failure is not null then
        raise exception using errcode = 'MC015', message = failure;
    end if;
end
$procedure$;
comment on procedure cronmill_cron.watch() is 'The housekeeper''s job: enforces task timeouts in every work database, and deactivates jobs of dropped ones.';
revoke all on procedure cronmill_cron.watch() from public;

-- Slots that are past the deadline their transaction shows as an advisory lock (hold_deadline in
-- the work database): there for those that publish no other one any more, or a wrong one, because a
-- handler has changed the application_name. The earliest counts: a handler can take a lock of its
-- own, and give none of these away.
-- Executed by: overdue_backends.
create or replace function cronmill_cron.overdue_slots()
returns table (pid integer, database_id oid, deadline bigint)
language sql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        l.pid, l.database,
        min(l.objid::bigint) filter (where l.classid = cronmill_cron.lock_class('deadline')::oid)
    from pg_catalog.pg_lock_status() as l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
        and l.classid in (
            cronmill_cron.lock_class('slot')::oid, cronmill_cron.lock_class('deadline')::oid
        )
    group by l.pid, l.database
    having bool_or(l.classid = cronmill_cron.lock_class('slot')::oid)
        and min(l.objid::bigint)
            filter (where l.classid = cronmill_cron.lock_class('deadline')::oid)
            < extract(epoch from clock_timestamp())
                - extract(epoch from timestamptz '2020-01-01 00:00+00');
end;
comment on function cronmill_cron.overdue_slots()
    is 'Backends of slots past the deadline that their transaction shows as a lock.';
revoke all on function cronmill_cron.overdue_slots() from public;

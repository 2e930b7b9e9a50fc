-- The transactions that may have put tasks into a queue and have not ended, prepared ones among
-- them: who inserts has this lock of the table before, and until the end. Those of the caller are
-- none. So does who ends a pause, or changes a recurring template.
-- Executed by: fall_asleep; the processor's run-as role.
create or replace function cronmill.producers_at_work()
returns text[]
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select coalesce(array_agg(l.virtualtransaction), '{}')
    from pg_catalog.pg_lock_status() as l
    where l.locktype = 'relation'
        and l.relation in (
            'cronmill.task'::regclass, 'cronmill.processor'::regclass,
            'cronmill.recurring'::regclass
        )
        and l.database
            = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
        and l.mode = 'RowExclusiveLock' and l.granted
        and l.pid is distinct from pg_backend_pid();
end;
comment on function cronmill.producers_at_work()
    is 'The transactions that may have put tasks into a queue and have not ended.';
revoke all on function cronmill.producers_at_work() from public;

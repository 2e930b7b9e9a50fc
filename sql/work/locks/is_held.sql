-- Whether a backend other than the caller's, logged in as that role, or null as any run-as role of
-- this database, holds an advisory lock of ours. Anybody who may connect can take such a lock: it
-- orders the work of those who may do it, and one of anybody else is not believed; the housekeeper
-- raises an alarm about it.
-- Executed by: is_at_work, next_work, take_lock.
create or replace function cronmill.is_held(class bigint, key integer, by_role text)
returns boolean
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select exists (
        select
        from pg_catalog.pg_lock_status() as l
        cross join lateral pg_catalog.pg_stat_get_activity(l.pid) as a
        join pg_catalog.pg_roles as r on r.oid = a.usesysid
        where l.locktype = 'advisory' and l.granted and l.objsubid = 2
            and l.database = (
                select d.oid from pg_catalog.pg_database as d where d.datname = current_database()
            )
            and l.classid = is_held.class::oid
            and l.objid = (is_held.key::bigint & 4294967295)::oid
            and l.pid <> pg_backend_pid()
            and case when is_held.by_role is null
                then r.rolname in (select p.run_as from cronmill.processor as p)
                else r.rolname = is_held.by_role
            end
    );
end;
comment on function cronmill.is_held(bigint, integer, text)
    is 'Whether a run-as role holds an advisory lock of ours.';
revoke all on function cronmill.is_held(bigint, integer, text) from public;

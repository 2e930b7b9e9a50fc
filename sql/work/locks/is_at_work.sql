-- Whether a backend of the processor's role is at work on a slot: it holds the slot's lock, or,
-- where somebody else took that, it has begun the slot's newest run.
-- Executed by: begin_run, is_abandoned.
create or replace function cronmill.is_at_work(slot_id integer, run_as text)
returns boolean
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select cronmill.is_held(cronmill.lock_class('slot'), is_at_work.slot_id, is_at_work.run_as)
        or exists (
            select
            from (
                select o.pid, o.ended_at
                from cronmill.run as o
                where o.slot_id = is_at_work.slot_id
                order by o.started_at desc
                limit 1
            ) as o
            cross join lateral pg_catalog.pg_stat_get_activity(o.pid) as a
            join pg_catalog.pg_roles as r on r.oid = a.usesysid
            where o.ended_at is null and o.pid <> pg_backend_pid()
                and a.datid = (
                    select d.oid
                    from pg_catalog.pg_database as d
                    where d.datname = current_database()
                )
                and r.rolname = is_at_work.run_as
        );
end;
comment on function cronmill.is_at_work(integer, text)
    is 'Whether a backend of the processor''s role is at work on a slot.';
revoke all on function cronmill.is_at_work(integer, text) from public;

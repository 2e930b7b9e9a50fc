-- Whether a backend other than the caller's, logged in as that role, or null as any run-as role of this database, holds an
-- advisory lock of ours. Anybody who may connect can take such a lock: it orders the work of those who may do it, and one
-- of anybody else is not believed; the housekeeper raises an alarm about it. Executed by: is_at_work,
-- take_lock.
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
            and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
            and l.classid = is_held.class::oid
            and l.objid = (is_held.key::bigint & 4294967295)::oid
            and l.pid <> pg_backend_pid()
            and case when is_held.by_role is null
                then r.rolname in (select p.run_as from cronmill.processor as p)
                else r.rolname = is_held.by_role
            end
    );
end;
comment on function cronmill.is_held(bigint, integer, text) is 'Whether a run-as role holds an advisory lock of ours.';
revoke all on function cronmill.is_held(bigint, integer, text) from public;

-- Whether a backend of the processor's role is at work on a slot: it holds the slot's lock, or, where somebody else took
-- that, it has begun the slot's newest run. Executed by: begin_run, is_abandoned.
create or replace function cronmill.is_at_work(slot_id integer, run_as text)
returns boolean
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select cronmill.is_held(cronmill.slot_lock_class(), is_at_work.slot_id, is_at_work.run_as)
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
                and a.datid = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
                and r.rolname = is_at_work.run_as
        );
end;
comment on function cronmill.is_at_work(integer, text) is 'Whether a backend of the processor''s role is at work on a slot.';
revoke all on function cronmill.is_at_work(integer, text) from public;

-- Takes an advisory lock of ours until the end of the transaction; false if a role that may take it has it. By the role
-- that is named, or null by any run-as role of this database. Executed by: claim, lock_group; hold_query, as the run-as role.
create or replace function cronmill.take_lock(class integer, key integer, by_role text default null)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    return pg_catalog.pg_try_advisory_xact_lock(class, key)
        or not cronmill.is_held(class, key, by_role)
        -- Whoever had it may have given it back in between, to another.
        and (pg_catalog.pg_try_advisory_xact_lock(class, key) or not cronmill.is_held(class, key, by_role));
end
$function$;
comment on function cronmill.take_lock(integer, integer, text) is 'Takes an advisory lock of ours, unless a run-as role has it.';
revoke all on function cronmill.take_lock(integer, integer, text) from public;

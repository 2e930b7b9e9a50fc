-- Each enabled processor that sleeps, and what is to be seen of it: how many of its slots are at
-- work; by what it has to be woken (cause), or what else becomes of it (next_state), null for
-- nothing; whether something of it is to be noted (is_news), or of how many slots have a place
-- (top: the last of them at work). One with times of its own is woken by nothing else. Of one that
-- fell asleep a moment ago nothing is believed yet: its run is ending. One that is at work later,
-- without a place, gets into the line and gives way. Which slots are its own it has told as it ran
-- for the first time (make_known): before that none is seen. Who is granted a place, and does not
-- come, or has one, and is not seen, goes to the end of the line. A database without a link is the
-- cron database itself. Anybody who may connect to a database can take the lock of a ringing
-- transaction there: it is woken for nothing, every ten seconds.
-- Executed by: look.
create or replace function cronmill_cron.demand_now(now_at timestamptz)
returns table (
    work_database_id integer, processor text, state text, changed_at timestamptz, slots integer,
    database_oid oid, at_work integer, top integer, inserted_now bigint, next_state text,
    cause text, is_news boolean, is_slot_news boolean
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    slot_class constant oid := cronmill_cron.lock_class('slot')::oid;
    ring_class constant oid := cronmill_cron.lock_class('ring')::oid;
    -- A run ends with the minute, and is followed by one that pg_cron has ready by then: not where
    -- it learns only a moment later that runs follow each other by the minute.
    is_quiet constant boolean := extract(second from demand_now.now_at) between 0.7 and 55;
begin
    return query
    with ring as materialized (
        -- Every role can give itself settings of any length, and from a database of another
        -- encoding: so only those of links, and nothing that looks at characters.
        select s.setrole, string_agg(c.setting, ' ' order by s.setdatabase) as rings
        from pg_catalog.pg_db_role_setting as s
        cross join lateral unnest(s.setconfig) as c (setting)
        where s.setdatabase <> 0
            and s.setrole in (
                select l.oid
                from cronmill_cron.work_database as w
                join pg_catalog.pg_roles as l on l.rolname = w.link_role
            )
            and pg_column_size(s.setconfig) < 2000
            and starts_with(c.setting, 'application_name=cronmill ring ')
        group by s.setrole
    ),
    held as materialized (
        select l.database, l.classid, l.objid, l.pid
        from pg_catalog.pg_lock_status() as l
        where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
            and l.classid in (slot_class, ring_class)
    ),
    ringing as materialized (
        select distinct h.database from held as h where h.classid = ring_class
    ),
    working as materialized (
        select h.database, a.usesysid, array_agg(h.objid::bigint) as slot_ids
        from held as h
        join pg_catalog.pg_stat_get_activity(null) as a on a.pid = h.pid
        where h.classid = slot_class
        group by h.database, a.usesysid
    ),
    seen as materialized (
        select
            d.*, w.database_oid, not cronmill_cron.is_every_minute(p.schedule) as is_timed,
            case when w.link_role is null
                then coalesce(d.heard, '')
                    <> (select max(b.ring)::text from cronmill_cron.bell as b)
                else g.rings <> coalesce(d.heard, '')
            end as has_rung,
            i.database is not null as is_ringing,
            -- Whoever may connect to its database can take any number of such locks.
            least(p.slots, o.at_work)::integer as at_work,
            coalesce(o.top, 0)::integer as top,
            -- Rings of the cron database itself are not lost, and each run of a job is a row there.
            case when w.link_role is not null
                then pg_catalog.pg_stat_get_db_tuples_inserted(w.database_oid)
            end as inserted_now,
            demand_now.now_at - d.changed_at as age,
            exists (select from cronmill_cron.demand as o where o.state = 'wanted') as others_wait
        from cronmill_cron.demand as d
        join cronmill_cron.processor as p
            on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
        join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
        left join pg_catalog.pg_roles as l on l.rolname = w.link_role
        left join ring as g on g.setrole = l.oid
        left join ringing as i on i.database = w.database_oid
        left join pg_catalog.pg_roles as r on r.rolname = p.run_as
        left join working as k on k.database = w.database_oid and k.usesysid = r.oid
        cross join lateral (
            select count(*) as at_work, max(i.slot) as top
            from unnest(d.slot_ids) with ordinality as i (id, slot)
            where i.id = any (k.slot_ids)
        ) as o
    )
    select
        s.work_database_id, s.processor, s.state, s.changed_at, s.slots, s.database_oid, s.at_work,
        s.top, s.inserted_now,
        case
            when c.cause is not null then 'wanted'
            when s.at_work > 0 and s.state = 'granted' and is_quiet then 'awake'
        end,
        coalesce(c.cause, s.cause),
        case
            when s.at_work > 0 then s.seen_at < demand_now.now_at - interval '10 seconds'
            when s.state <> 'asleep' or s.is_timed then false
            -- A backend tells what it has counted as it ends. Whoever found another one ringing
            -- left it to that one, which may roll back.
            when s.inserted is null
                then s.inserted_now is not null and s.age > interval '0.3 seconds'
            else (s.inserted_now <> s.inserted or s.is_ringing) and s.sweep_at is null
        end,
        s.state = 'awake' and is_quiet and case
            when s.top < s.slots then s.top > s.seen_slots or s.give_up_at < demand_now.now_at
            else s.seen_slots < s.slots
                or s.slots > 1 and s.give_up_at < demand_now.now_at + interval '5 seconds'
        end
    from seen as s
    cross join lateral (
        select case
            when s.at_work > 0
                then case
                    when s.state = 'asleep' and s.age > interval '1.2 seconds' then 'yielded'
                end
            when s.state in ('granted', 'awake')
                and s.changed_at < pg_catalog.pg_postmaster_start_time() then 'start'
            when s.state = 'granted' and s.age > interval '70 seconds' then 'unseen'
            -- Between two runs there is a moment.
            when s.state = 'awake' and demand_now.now_at - greatest(s.seen_at, s.changed_at)
                > case when s.others_wait then interval '12 seconds' else interval '30 seconds' end
                then 'unseen'
            when s.state <> 'asleep' or s.age < interval '1.2 seconds' then null
            when s.is_timed then case when s.next_at <= demand_now.now_at then 'time' end
            when s.has_rung then 'ring'
            when s.is_ringing and s.age > interval '10 seconds' then 'ringing'
            when s.next_at <= demand_now.now_at then 'time'
            -- Of a transaction that had not ended when it fell asleep, it looks soon by itself.
            when s.sweep_at <= demand_now.now_at
                    and (s.next_at > demand_now.now_at + interval '10 seconds') is not false
                or s.age > interval '1 hour' then 'sweep'
            when s.changed_at < pg_catalog.pg_postmaster_start_time() then 'start'
        end as cause
    ) as c;
end
$function$;
comment on function cronmill_cron.demand_now(timestamptz)
    is 'Each enabled processor that sleeps, and what is to be seen of it.';
revoke all on function cronmill_cron.demand_now(timestamptz) from public;

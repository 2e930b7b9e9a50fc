-- The dispatcher's look, twice a second: wakes processors that sleep, gives places in pg_cron to
-- those that have waited longest, as far as the budget goes, and asks others to yield while some
-- wait: those that have nothing to do, and of the others who has had its place for longest, from
-- the quantum on. What it sees are levels, never events: a look that is missed is made up for by
-- the next one. A processor begins with one slot; those that have more tasks get more of the
-- places that nobody waits for. Returns what failed, null for nothing.
-- Changes cronmill_cron.demand and cron.job.
-- Executed by: watch.
create or replace function cronmill_cron.look()
returns text
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    now_at constant timestamptz := clock_timestamp();
    one record;
    failures text[] := array[]::text[];
    used integer := 0;
    shared record;
    keys integer[] := array[]::integer[];
    untold integer[];
begin
    if not exists (select from cronmill_cron.demand) then
        return null;
    end if;
    for one in select n.* from cronmill_cron.demand_now(now_at) as n loop
        if one.next_state is not null then
            failures := failures || cronmill_cron.set_state(
                one.work_database_id, one.processor, one.state, one.next_state, one.cause);
        elsif one.is_news then
            perform cronmill_cron.note_seen(
                one.work_database_id, one.processor, one.changed_at, one.inserted_now);
        end if;
        if one.is_slot_news and one.next_state is null then
            failures := failures
                || cronmill_cron.keep_slots(one.work_database_id, one.processor, one.top);
        end if;
        if coalesce(one.next_state, one.state) in ('granted', 'awake') then
            used := used + one.slots;
        elsif one.at_work > 0 then
            -- It gives way: its other slots, too.
            used := used + one.at_work;
            keys := keys || cronmill_cron.yield_key(one.database_oid, one.processor);
        end if;
    end loop;
    shared := cronmill_cron.share_out(used);
    if shared.short > 0 then
        keys := keys || 0;
        for one in
            select d.processor, d.slots, w.database_oid
            from cronmill_cron.demand as d
            join cronmill_cron.processor as p
                on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
            join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
            cross join cronmill_cron.installation as i
            where d.state = 'awake' and d.changed_at < now_at - i.quantum
            order by d.changed_at
        loop
            exit when shared.short <= 0;
            shared.short := shared.short - one.slots;
            keys := keys || cronmill_cron.yield_key(one.database_oid, one.processor);
        end loop;
    end if;
    untold := cronmill_cron.hold_back(keys);
    -- Whom nobody can tell has its place until its run is over, in a minute.
    for one in
        select d.work_database_id, d.processor
        from cronmill_cron.demand as d
        join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
        where untold <> '{}' and d.state = 'awake'
            and cronmill_cron.yield_key(w.database_oid, d.processor) = any (untold)
    loop
        failures := failures || cronmill_cron.set_state(
            one.work_database_id, one.processor, 'awake', 'wanted', 'yielded');
    end loop;
    return nullif(pg_catalog.array_to_string(failures || shared.failures, '; '), '');
end
$function$;
comment on function cronmill_cron.look()
    is 'Wakes processors that sleep, and shares the places in pg_cron out.';
revoke all on function cronmill_cron.look() from public;

-- Keeps the row of a processor that sleeps: one that is enabled now, or sleeps from now on, waits
-- for a place as those do that were woken, unless it has times of its own; one that is disabled is
-- asleep; one that sleeps no more has none. Changes cronmill_cron.demand.
-- Executed by: take_settings.
create or replace function cronmill_cron.keep_demand(work_database_id integer, name text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
#variable_conflict use_column
declare
    wanted cronmill_cron.processor;
    is_timed boolean;
    is_wanted boolean;
    due_at timestamptz;
begin
    select p.* into wanted
    from cronmill_cron.processor as p
    where p.work_database_id = keep_demand.work_database_id and p.name = keep_demand.name;
    if wanted.sleep_after is null then
        delete from cronmill_cron.demand as d
        where d.work_database_id = keep_demand.work_database_id and d.processor = keep_demand.name;
        return;
    end if;
    if cronmill_cron.schedule_seconds(wanted.schedule) is not null then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format(
                'processor "%s" cannot sleep: its schedule is %s', wanted.name, wanted.schedule),
            detail = 'One that sleeps is woken by a task within about a second, or by the clock at '
                'a minute.',
            hint = 'Use --schedule ''* * * * *'', or --sleep-after never.';
    end if;
    if cronmill_cron.runs_one_at_a_time() then
        raise exception using
            errcode = 'MC005',
            message = pg_catalog.format('processor "%s" cannot sleep on this server', wanted.name),
            detail = 'With background workers pg_cron 1.4 runs one job at a time: nobody would '
                'look after those that sleep.',
            hint = 'Set cron.use_background_workers = off and restart, or use pg_cron 1.5.';
    end if;
    is_timed := not cronmill_cron.is_every_minute(wanted.schedule);
    is_wanted := wanted.enabled and not is_timed;
    if is_timed then
        due_at := cronmill_cron.next_due(wanted.schedule, clock_timestamp());
    end if;
    -- Whoever tells through a link sees what was there when its transaction began, and cannot
    -- change a row that the dispatcher has changed since: it is left alone unless it must change.
    if not exists (
        select
        from cronmill_cron.demand as d
        where d.work_database_id = wanted.work_database_id and d.processor = wanted.name
            and case
                when not wanted.enabled then d.state = 'asleep'
                when d.state <> 'asleep' then true
                else is_timed and d.next_at is not distinct from due_at
            end
    ) then
        insert into cronmill_cron.demand as d (work_database_id, processor, state, cause, next_at)
        values (
            wanted.work_database_id, wanted.name,
            case when is_wanted then 'wanted' else 'asleep' end,
            case when is_wanted then 'enabled' end, due_at
        )
        on conflict on constraint demand_pkey do update
        set
            state = excluded.state, cause = excluded.cause, changed_at = clock_timestamp(),
            next_at = excluded.next_at, slots = 1, seen_slots = 0, wanted_slots = null;
    end if;
    -- Of fewer slots than it had at work, those at the end have ended.
    update cronmill_cron.demand as d
    set
        slots = least(d.slots, wanted.slots), seen_slots = least(d.seen_slots, wanted.slots),
        wanted_slots = null
    where d.work_database_id = wanted.work_database_id and d.processor = wanted.name
        and greatest(d.slots, d.wanted_slots) > wanted.slots;
end
$function$;
comment on function cronmill_cron.keep_demand(integer, text)
    is 'Keeps the row of a processor that sleeps.';
revoke all on function cronmill_cron.keep_demand(integer, text) from public;

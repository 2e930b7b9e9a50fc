-- Takes the word of a run that its processor falls asleep, gives way (wanted), or is awake, and has
-- pg_cron start its jobs accordingly. The lock of its row is not waited for, since the run that
-- says so waits for us; while the dispatcher looks at it, it goes on. One that says it is awake and
-- has been given no place gets into the line: anybody could take one so; one that is disabled does
-- not. What a sweep has found tells how soon the next one comes. Changes cronmill_cron.demand and
-- cron.job.
-- Executed by: take_link_rest; tell_rest of a work database that is the cron database, too.
create or replace function cronmill_cron.take_rest(
    database_name text, name text, state text, heard text, next_at timestamptz, slot_ids integer[],
    had_tasks boolean, wanted_slots integer
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $function$
declare
    known cronmill_cron.demand;
    wanted cronmill_cron.processor;
    new_state text;
    is_swept boolean;
begin
    select d.* into known
    from cronmill_cron.demand as d
    join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
    where w.name = take_rest.database_name and d.processor = take_rest.name
    for update of d;
    if not found then
        raise exception using
            errcode = 'MC010',
            message = pg_catalog.format(
                'processor "%s" of database "%s" does not sleep, as the registry knows it',
                take_rest.name, take_rest.database_name);
    end if;
    if take_rest.state is null or take_rest.state not in ('asleep', 'wanted', 'awake') then
        raise exception using
            errcode = 'MC002', message = 'a processor is asleep, wanted or awake';
    end if;
    select p.* into wanted
    from cronmill_cron.processor as p
    where p.work_database_id = known.work_database_id and p.name = known.processor;
    new_state := case
        when not wanted.enabled then 'asleep'
        when take_rest.state <> 'awake' then take_rest.state
        when known.state = 'asleep' then 'wanted'
        -- The dispatcher knows when it may be said to be awake.
        else known.state
    end;
    is_swept := known.cause is not distinct from 'sweep' and take_rest.state <> 'awake';
    update cronmill_cron.demand as d
    set
        state = new_state,
        changed_at = case
            when d.state = new_state then d.changed_at
            else clock_timestamp()
        end,
        seen_at = clock_timestamp(),
        cause = case
            when new_state = 'wanted' then 'yielded'
            when new_state in ('granted', 'awake') then d.cause
        end,
        -- A link may write what it likes, and the dispatcher reads that twice a second.
        heard = case
            when take_rest.state = 'asleep' then left(take_rest.heard, 200)
            else d.heard
        end,
        -- One with times of its own is not woken by its tasks.
        next_at = case
            when not cronmill_cron.is_every_minute(wanted.schedule)
                then cronmill_cron.next_due(wanted.schedule, clock_timestamp())
            else take_rest.next_at
        end,
        slot_ids = take_rest.slot_ids[1:wanted.slots],
        slots = case when new_state = 'awake' then d.slots else 1 end,
        seen_slots = case when new_state = 'awake' then d.seen_slots else 0 end,
        wanted_slots = case
            when new_state in ('granted', 'awake') and take_rest.wanted_slots > 1
                then least(take_rest.wanted_slots, wanted.slots)
        end,
        inserted = null,
        sweep_at = null,
        sweep_after = case
            when is_swept and take_rest.had_tasks is not true
                then least(interval '5 minutes', 2 * d.sweep_after)
            when take_rest.state = 'asleep' then interval '5 seconds'
            else d.sweep_after
        end,
        missed_at = case
            -- Whoever rang since may have brought them.
            when is_swept and take_rest.had_tasks and take_rest.state = 'asleep'
                and take_rest.heard is not distinct from known.heard then clock_timestamp()
            else d.missed_at
        end
    where d.work_database_id = known.work_database_id and d.processor = known.processor;
    -- Those of the cron database, where it is a work database, too.
    if take_rest.state = 'asleep'
        and take_rest.database_name = pg_catalog.current_database()::text
        and take_rest.heard ~ '^[0-9]{1,18}$'
    then
        delete from cronmill_cron.bell as b where b.ring < take_rest.heard::bigint;
    end if;
    if known.state <> new_state then
        perform cronmill_cron.apply_state(known.work_database_id, known.processor);
    end if;
end
$function$;
comment on function cronmill_cron.take_rest(
    text, text, text, text, timestamptz, integer[], boolean, integer)
    is 'Takes the word of a run that its processor falls asleep, gives way, or is awake.';
revoke all on function cronmill_cron.take_rest(
    text, text, text, text, timestamptz, integer[], boolean, integer) from public;

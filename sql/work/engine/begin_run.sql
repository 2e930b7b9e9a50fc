-- Starts a run of a slot: takes the slot's advisory lock (waiting a little for a predecessor that
-- is ending), pays back owed ticks, notes the start. Changes cronmill.slot, cronmill.run and
-- cronmill.task. The caller commits next.
-- Executed by: run; the processor's run-as role.
create or replace function cronmill.begin_run(processor text, slot integer)
returns cronmill.run_start
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings cronmill.processor;
    mine cronmill.slot;
    begun cronmill.run_start;
    now_at timestamptz;
    give_up_at constant timestamptz := clock_timestamp() + interval '5 seconds';
    looks integer := 0;
begin
    begun.go := false;
    select p.* into settings
    from cronmill.processor as p
    where p.name = begin_run.processor and p.run_as = session_user;
    if not found then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'role "%s" may not run processor "%s"', session_user, begin_run.processor),
            detail = 'Only its run-as role may, connected as itself.';
    end if;
    perform cronmill.assert_original();
    perform cronmill.assert_isolation(settings.name);
    if settings.paused and begin_run.slot = 0 then
        raise exception using
            errcode = 'MC011',
            message = pg_catalog.format('processor "%s" is paused', settings.name),
            hint = pg_catalog.format('cronmill resume %s --database %s',
                cronmill.shell_word(settings.name), cronmill.shell_word(current_database()));
    end if;
    if begin_run.slot > settings.slots or begin_run.slot < 0 then
        return begun;
    end if;

    insert into cronmill.slot (processor_id, slot)
    values (settings.processor_id, begin_run.slot)
    on conflict on constraint slot_is_unique do nothing;
    select s.* into strict mine from cronmill.slot as s
    where s.processor_id = settings.processor_id and s.slot = begin_run.slot;
    while not pg_catalog.pg_try_advisory_lock(cronmill.lock_class('slot'), mine.slot_id) loop
        -- Somebody else's lock is not believed, and the run goes on without one. Whoever had it may
        -- just have ended.
        looks := case when cronmill.is_at_work(mine.slot_id, settings.run_as) then 0
            else looks + 1 end;
        exit when looks > 2;
        if begin_run.slot = 0 and looks = 0 then
            raise exception using
                errcode = 'MC006',
                message = pg_catalog.format('slot 0 of processor "%s" is busy', settings.name),
                detail = 'Somebody else is processing this queue in the foreground.';
        end if;
        if clock_timestamp() > give_up_at then
            return begun;
        end if;
        perform pg_catalog.pg_sleep(0.05);
    end loop;

    -- Read again: the predecessor may have committed while this one waited.
    select s.* into strict mine from cronmill.slot as s where s.slot_id = mine.slot_id for update;
    now_at := clock_timestamp();
    if mine.owed_ticks > 0 and now_at < mine.ended_at + interval '1 second' and begin_run.slot > 0
    then
        update cronmill.slot as s
        set owed_ticks = s.owed_ticks - 1, ended_at = now_at
        where s.slot_id = mine.slot_id;
        perform pg_catalog.pg_advisory_unlock(cronmill.lock_class('slot'), mine.slot_id);
        return begun;
    end if;
    if begin_run.slot > 0 and cronmill.has_just_slept(settings.processor_id, now_at) then
        perform pg_catalog.pg_advisory_unlock(cronmill.lock_class('slot'), mine.slot_id);
        return begun;
    end if;
    -- After an unclean end the task in hand may have caused it. If it is known, being begun or
    -- suspected, it is done alone. If not, it is among those that come first now; and if it was
    -- not, because others have come before them, among twice as many.
    if mine.start_number <> mine.ended_number and not exists (
        select from cronmill.task as t
        where t.queue_id = settings.queue_id
            and t.taken_by = mine.slot_id
            and greatest(t.began_at, t.suspected_at) >= mine.started_at
    ) then
        mine.losses_in_row := mine.losses_in_row + 1;
    else
        mine.losses_in_row := 0;
    end if;
    -- A batch has 5000 tasks at most.
    begun.careful := case when mine.losses_in_row > 0 or mine.cancels_in_row >= 10
        then 5000 * 2 ^ least(greatest(mine.losses_in_row - 1, 0), 17) else 0 end;
    select n.start_number, n.run_id into begun.start_number, begun.run_id
    from cronmill.note_start(mine.slot_id, now_at, mine.losses_in_row) as n;
    perform cronmill.forget_runs(mine.slot_id);

    begun.go := true;
    begun.label := pg_catalog.concat('cronmill slot ', mine.slot_id, ' start ', begun.start_number);
    begun.processor_id := settings.processor_id;
    begun.slot_id := mine.slot_id;
    begun.ends_at := case when begin_run.slot > 0
        then cronmill.run_end(settings.schedule, settings.linger, now_at) end;
    begun.lingers := begun.ends_at is not null;
    begun.ends_at := coalesce(begun.ends_at,
        case when begin_run.slot > 0 then now_at + interval '10 minutes' else 'infinity' end);
    begun.handler_search_path := settings.handler_search_path;
    begun.handler_call := pg_catalog.format(
        'select cronmill_processor.%I($1, $2, $3, $4) as outcome', settings.name);
    begun.takes_ids := pg_catalog.strpos(settings.handler, '(bigint') > 0;
    begun.takes_batch := pg_catalog.strpos(settings.handler, '(bigint[],jsonb[])') > 0;
    -- What may end the run comes last, and not too late in a long one; a run that does not linger
    -- does it when nothing else is ready.
    begun.alone_at := least(begun.ends_at - interval '1 second',
        now_at + least(interval '1 minute', 0.95 * (case when begun.ends_at = 'infinity'
            then interval '1 minute' else begun.ends_at - now_at end)));
    perform cronmill.hold_keys(settings.queue_id, mine.slot_id);
    -- A cancel is somebody's; but the tenth in a row, of runs that did nothing else, is for that
    -- task.
    begun.gives_back := mine.cancels_in_row < 10;
    begun.poll_seconds := extract(epoch from settings.poll_interval);
    begun.push_at := case when begin_run.slot > 0 then coalesce(
        (select u.next_at from cronmill.push as u where u.processor_id = settings.processor_id),
        now_at) else 'infinity' end;
    begun.slot := begin_run.slot;
    begun.slots := settings.slots;
    begun.keeps_attempts := settings.keep_attempts is not null;
    begun.resume := case when begun.careful = 0
        then cronmill.resume_of(mine, settings.sleep_after, now_at) end;
    begun.sleep_after := case when begin_run.slot > 0 then settings.sleep_after end;
    begun.idle_since := cronmill.idle_since(mine.slot_id, begun.sleep_after, now_at);
    -- Nobody pushes after a run until the next one: it has to have the last word.
    begun.is_rare := begin_run.slot > 0
        and settings.schedule !~ '^([*] [*] [*] [*] [*]|[0-9]+ seconds?)$';
    return begun;
end
$function$;
comment on function cronmill.begin_run(text, integer)
    is 'Starts a run of a slot, or says that it must return at once.';
revoke all on function cronmill.begin_run(text, integer) from public;

-- Ends a run cleanly: counters, reason, and the ticks that pg_cron has queued behind it. The caller
-- commits, and gives the slot's lock back after that: who finds it free may take the run for ended.
-- Changes cronmill.slot, cronmill.run and cronmill.task.
-- Executed by: close_run; the processor's run-as role.
create or replace function cronmill.end_run(
    processor_id integer,
    run cronmill.run_start,
    reason text,
    counters cronmill.counters,
    batch cronmill.claim default null
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings cronmill.processor;
    mine cronmill.slot;
    unmade record;
    now_at constant timestamptz := clock_timestamp();
    left_over constant cronmill.resume := case when end_run.reason in ('budget', 'empty')
        then cronmill.scan_left(end_run.batch) end;
begin
    select p.* into settings
    from cronmill.processor as p
    where p.processor_id = end_run.processor_id
        and p.run_as = session_user;
    if not found then
        -- Removed, or given to another role, while it ran: there is nothing left to note.
        return;
    end if;
    update cronmill.slot as s
    set
        ended_number = s.start_number,
        mark_at = (left_over).mark_at,
        mark_id = (left_over).mark_id,
        full_scan_at = (left_over).full_scan_at,
        scan_took = (left_over).scan_took,
        ended_at = now_at,
        cancels_in_row = case
            when end_run.reason <> 'canceled' then 0
            when (end_run.counters).done + (end_run.counters).failed = 0 then s.cancels_in_row + 1
            -- It is being charged for the cancels before: the others were done first.
            when exists (
                select from cronmill.task as t
                where t.queue_id = settings.queue_id
                    and t.taken_by = s.slot_id
                    and t.began_at >= s.started_at
            ) then s.cancels_in_row + 1
            else 0
        end,
        losses_in_row = 0,
        -- Minute schedules queue every tick a run crosses; the first is the next run, the others
        -- are owed.
        owed_ticks = case when settings.schedule = '* * * * *' and s.slot > 0
            then greatest(0, (extract(epoch from date_trunc('minute', now_at))
                - extract(epoch from date_trunc('minute', s.started_at)))::integer / 60 - 1)
            else 0 end
    where s.slot_id = (end_run.run).slot_id
        and s.processor_id = end_run.processor_id
        and s.start_number = (end_run.run).start_number
    returning s.* into mine;
    if not found then
        return;
    end if;
    -- Attempts that were begun and could not be made, nor given back then. The tenth cancel in a
    -- row charges its task.
    for unmade in
        select t.task_id, t.ctid as place
        from cronmill.task as t
        where t.queue_id = settings.queue_id
            and t.taken_by = mine.slot_id
            and t.began_at >= mine.started_at
            and (end_run.reason <> 'canceled' or (end_run.run).gives_back)
    loop
        perform cronmill.give_back(end_run.processor_id, unmade.task_id, unmade.place);
    end loop;
    if end_run.reason <> 'canceled' then
        update cronmill.task as t
        set suspected_at = null
        where t.ctid = any (array(
            select u.ctid
            from cronmill.task as u
            where u.queue_id = settings.queue_id
                and u.taken_by = mine.slot_id
                and u.suspected_at >= mine.started_at
            for update skip locked
        ));
    end if;
    if mine.slot = 0 then
        -- Nobody else knows when what it has put back is ready.
        perform cronmill.wake(settings.queue_id);
    end if;
    perform cronmill.hold_keys(settings.queue_id, mine.slot_id);
    perform cronmill.note_progress(end_run.processor_id, end_run.run, end_run.counters);
    update cronmill.run as r
    set ended_at = now_at, end_reason = end_run.reason
    where r.run_id = (end_run.run).run_id and r.slot_id = mine.slot_id;
end
$function$;
comment on function cronmill.end_run(
    integer, cronmill.run_start, text, cronmill.counters, cronmill.claim
) is 'Notes the clean end of a run and its counters.';
revoke all on function cronmill.end_run(
    integer, cronmill.run_start, text, cronmill.counters, cronmill.claim
) from public;

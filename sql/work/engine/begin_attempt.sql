-- Charges a task that is locked with an attempt before it is made, and puts it off as after a
-- failure, so that a task that kills its backend is tried as often as any other and no more. One
-- that has used up its attempts so is buried. An attempt that was charged and then not made,
-- because somebody held the task just then, is not charged again. Returns its new place, null if it
-- was buried. The caller commits before it goes on. Changes cronmill.task, cronmill.dead_task and
-- cronmill.failed_attempt.
-- Executed by: claim_alone, claim_suspects.
create or replace function cronmill.begin_attempt(
    processor_id integer, slot_id integer, task_id bigint, place tid
)
returns tid
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    settings record;
begin
    select
        coalesce(t.max_attempts, p.max_attempts) as max_attempts, p.keep_attempts,
        p.backoff_base, p.backoff_cap, t.attempts, t.began_at,
        -- Unless its run goes on, or has ended cleanly: it would not be here if the attempt had
        -- been made.
        (
            t.began_at >= s.started_at and s.slot_id = begin_attempt.slot_id
            or (
                select r.end_reason <> 'canceled'
                from cronmill.run as r
                where r.slot_id = t.taken_by and r.started_at <= t.began_at
                order by r.started_at desc
                limit 1
            )
        ) is not true as is_charged
    into strict settings
    from cronmill.task as t
    join cronmill.processor as p on p.queue_id = t.queue_id
    left join cronmill.slot as s on s.slot_id = t.taken_by
    where t.ctid = begin_attempt.place
        and t.task_id = begin_attempt.task_id
        and p.processor_id = begin_attempt.processor_id;
    if settings.keep_attempts is not null and settings.began_at is not null
        and settings.is_charged
    then
        perform cronmill.note_attempts(
            begin_attempt.processor_id, array[begin_attempt.task_id], array[begin_attempt.place],
            array[('MC020', 'the attempt never ended', null, null, null, null, null)
                ::cronmill.task_error]);
    end if;
    if settings.began_at is not null
        and settings.is_charged
        and settings.attempts >= settings.max_attempts
    then
        perform cronmill.bury(
            begin_attempt.task_id, begin_attempt.place, settings.attempts, 'MC020',
            'the attempt never ended',
            pg_catalog.format(
                'Attempt %s began at %s; its backend was lost, or its commit failed.',
                settings.attempts, settings.began_at),
            'The server''s log has the reason.', null
        );
        return null;
    end if;
    settings.attempts := settings.attempts + settings.is_charged::integer;
    return cronmill.put_back(
        begin_attempt.task_id, begin_attempt.place, settings.attempts,
        cronmill.retry_at(settings.attempts, settings.backoff_base, settings.backoff_cap),
        begin_attempt.slot_id);
end
$function$;
comment on function cronmill.begin_attempt(integer, integer, bigint, tid)
    is 'Charges a task with an attempt before it is made.';
revoke all on function cronmill.begin_attempt(integer, integer, bigint, tid) from public;
